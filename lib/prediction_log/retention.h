#pragma once

#include <filesystem>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "base/clock.h"
#include "base/storage.h"
#include "prediction_log/line_queue.h"
#include "prediction_log/seal.h"

namespace boxkited {

// Deletes what is older, or more, than is to be kept: files of any identity below
// {directory}/models/predictions whose names are exactly those of the layout, their seals, and
// directories of dates that are left empty. It deletes nothing else, and goes through no symbolic
// link.
//
// The bounds hold for files that are not shipped yet as well, since a store that is away must not
// fill the disk. Those that are shipped make room first; the others are told of and counted.
//
// A clock that jumps ahead deletes nothing: time passes here no faster than on the monotonic
// clock.
//
// Threads: the writer's.
class Retention {
public:
    Retention(const PredictionLogOptions& options, const Clock& clock, Storage& storage,
              LineQueue& queue);

    // Partitions that this process is writing to: none of their files is deleted.
    struct InUse {
        std::filesystem::path endpoint;
        std::string writer;
        std::set<Partition> partitions;
    };
    void run(const InUse& in_use);

private:
    struct DateDirectory {
        std::filesystem::path path;
        std::chrono::sys_days date;
        std::size_t entries;
    };
    struct LogFile {
        Partition partition;
        std::size_t directory;  // An index.
        std::string name;       // Of a seal whose file is gone: its own.
        std::uint64_t bytes;
        std::optional<Seal> seal;
    };
    struct Found {
        std::vector<DateDirectory> directories;
        std::vector<LogFile> files;
    };

    WallTime now() const;
    Found scan(WallTime now);
    bool is_own(const LogFile& file, const DateDirectory& directory, const InUse& in_use) const;
    bool remove(const LogFile& file, DateDirectory& directory);
    void tell_if_unshipped(const LogFile& file, const DateDirectory& directory,
                           const InUse& in_use);
    void scan_date(std::filesystem::path path, std::chrono::sys_days date, Found& found);
    bool is_in_use(const LogFile& file, const DateDirectory& directory, const InUse& in_use) const;
    std::vector<DirectoryEntry> list(const std::filesystem::path& path);
    bool remove(const std::filesystem::path& path);

    const PredictionLogOptions& options_;
    const Clock& clock_;
    Storage& storage_;
    LineQueue& queue_;
    const WallTime started_;
    const MonotonicTime started_monotonic_;
};

}  // namespace boxkited
