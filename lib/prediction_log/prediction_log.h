#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "base/clock.h"
#include "base/result.h"
#include "base/storage.h"
#include "event/identity.h"
#include "event/transport.h"
#include "prediction_log/line_batch.h"
#include "prediction_log/log_ledger.h"
#include "prediction_log/log_options.h"

namespace boxkited {

class LineQueue;
class LogWriter;

// The log of predictions: a bounded queue and the thread that writes it to files.
//
//     append() --> queue --writer thread--> partitions on disk
//
// Promises: a line is in one file once, whole, in the order of its batch; what is refused is
// nowhere; a failing disk is tried again until the end, with the lines held in memory.
//
// Threads: any thread may call any member.
class PredictionLog {
public:
    // Takes the lock against a second process of the same identity and starts the writer, which
    // first cuts torn tails off this identity's files. An error when the directory cannot be
    // made or written, or the lock is held.
    static Result<std::unique_ptr<PredictionLog>, IoError> open(PredictionLogOptions options,
                                                                const Identity& identity,
                                                                const Clock& clock,
                                                                Storage& storage);
    // As drain() with no time left; then waits for the writer thread. A disk that does not answer
    // holds it, so a process whose log is hung() leaves with _Exit() and without this.
    ~PredictionLog();

    // Names a batch among all that were appended.
    using Ticket = std::uint64_t;

    // Takes all of the batch, or none of it when the queue has no room or drain() was called. A
    // batch of more than `options.queue_bytes` never finds room. A ticket is never settled before
    // an earlier one, but that of a batch without lines, which is settled from the start.
    std::optional<Ticket> append(const LineBatch& batch, Transport transport);

    // Whether what `options.ack` promises holds for the batch. When not yet, `wake` is called
    // once, on the writer thread, as soon as it does; it must be quick. It is dropped uncalled
    // when drain() gives up.
    bool settled_or_wake(Ticket ticket, std::function<void()> wake);

    LogLedger ledger() const;

    // What keeps the log from being written right now, "write /var/...: No space left on device";
    // empty when nothing does. A disk that has not answered for 10 seconds is such a thing.
    std::string trouble() const;

    // Sets what is called, on the writer thread, after files were sealed; it must be quick. Once
    // this returns, what was set before is not called any more.
    void call_when_sealed(std::function<void()> wake);

    // Writes and syncs all that is queued, until the deadline; what is left then is counted as
    // lost. Nothing can be appended any more. How many events were lost.
    // A second call with an earlier deadline ends the first one as well.
    std::uint64_t drain(MonotonicTime deadline);
    // The deadline of drain() has passed, and the writer thread has not come back from the disk.
    bool hung() const;

    const PredictionLogOptions& options() const { return options_; }

private:
    PredictionLog(PredictionLogOptions options, const Clock& clock);

    const PredictionLogOptions options_;
    const std::unique_ptr<LineQueue> queue_;
    std::unique_ptr<LogWriter> writer_;  // Null when the log is off.
};

}  // namespace boxkited
