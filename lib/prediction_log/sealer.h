#pragma once

#include <filesystem>
#include <functional>
#include <set>
#include <string>

#include "base/clock.h"
#include "base/guarded.h"
#include "base/storage.h"
#include "prediction_log/line_queue.h"

namespace boxkited {

// Seals the files of this writer whose partitions ended `options.seal_after` ago, those that an
// earlier process left included. Empty files stay as they are.
//
// Threads: the writer's, but for call_when_sealed().
class Sealer {
public:
    Sealer(const PredictionLogOptions& options, std::filesystem::path endpoint, std::string writer,
           const Clock& clock, Storage& storage, LineQueue& queue);

    // No file of a partition that is in use is sealed.
    void run(const std::set<Partition>& in_use);

    // What is called after files were sealed; it must be quick. Once this returns, what was set
    // before is not called any more. Any thread may call this.
    void call_when_sealed(std::function<void()> wake) { *wake_.lock() = std::move(wake); }

private:
    bool is_over(Partition partition) const;
    std::size_t seal_all_of(const DirectoryEntry& date, const std::set<Partition>& in_use);
    bool seal(const std::filesystem::path& file);
    std::vector<DirectoryEntry> list(const std::filesystem::path& directory);

    const PredictionLogOptions& options_;
    const std::filesystem::path endpoint_;
    const std::string writer_;
    const Clock& clock_;
    Storage& storage_;
    LineQueue& queue_;
    Guarded<std::function<void()>> wake_;
};

}  // namespace boxkited
