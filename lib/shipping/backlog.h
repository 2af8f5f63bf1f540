#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "base/clock.h"
#include "base/result.h"
#include "base/storage.h"
#include "event/identity.h"
#include "prediction_log/line_batch.h"

namespace boxkited {

// A sealed file that waits to be shipped.
struct WaitingFile {
    std::filesystem::path path;
    Partition partition;
    std::uint64_t bytes;

    friend auto operator<=>(const WaitingFile&, const WaitingFile&) = default;
};

// The sealed files of one writer, below the directory of its endpoint. No other writer's are
// touched: it may live.
//
// Threads: one at a time.
class Backlog {
public:
    Backlog(std::filesystem::path endpoint, std::string writer, Storage& storage);

    // The files that wait, the oldest partition first. Takes away seals whose files are gone, and
    // empty directories of days that are over at `now`.
    Result<std::vector<WaitingFile>, IoError> list(WallTime now);

    // The store has the file. After this, on the disk, it waits no more: it is gone, or has
    // another seal.
    Result<void, IoError> settle(const std::filesystem::path& file, bool keep);

private:
    Result<std::size_t, IoError> list_date(const std::filesystem::path& directory,
                                           std::chrono::sys_days date,
                                           std::vector<WaitingFile>& waiting);
    void remove_if_empty(const std::filesystem::path& directory);
    Result<void, IoError> remove(const std::filesystem::path& path);

    const std::filesystem::path endpoint_;
    const std::string writer_;
    Storage& storage_;
};

}  // namespace boxkited
