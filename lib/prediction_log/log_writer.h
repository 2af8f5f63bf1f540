#pragma once

#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <thread>
#include <utility>

#include "base/clock.h"
#include "base/storage.h"
#include "event/identity.h"
#include "prediction_log/line_queue.h"
#include "prediction_log/partitions.h"
#include "prediction_log/retention.h"
#include "prediction_log/sealer.h"

namespace boxkited {

// The thread that owns all files of the log: first it puts in order what an earlier process left,
// then it writes what the queue holds, syncs it, and deletes what is not to be kept.
//
// Threads: constructed and destroyed by one. The destructor waits for the thread, which ends when
// the queue was drained or has given up; a disk that never answers holds it for ever.
class LogWriter {
public:
    // `lock` is held as long as files may be written.
    LogWriter(const PredictionLogOptions& options, const Identity& identity, const Clock& clock,
              Storage& storage, LineQueue& queue, std::unique_ptr<FileLock> lock);

    // Any thread may call this.
    void call_when_sealed(std::function<void()> wake) { sealer_.call_when_sealed(std::move(wake)); }

private:
    void run();
    void pass(LineQueue::Call call);
    MonotonicTime next_alarm() const;
    bool is_sync_due(LineQueue::Call call) const;
    void back_off();
    void maintain();

    const PredictionLogOptions& options_;
    const std::filesystem::path endpoint_;
    const std::string writer_;
    const Clock& clock_;
    Storage& storage_;
    LineQueue& queue_;
    const std::unique_ptr<FileLock> lock_;

    Partitions partitions_;
    Retention retention_;
    Sealer sealer_;
    LinePieces taken_;
    MonotonicTime maintenance_due_;
    std::optional<MonotonicTime> retry_at_;  // While something fails.
    std::chrono::milliseconds pause_;        // Before that.

    std::jthread thread_;  // The last member: it uses the others.
};

}  // namespace boxkited
