#include "prediction_log/retention.h"

#include <algorithm>
#include <cerrno>
#include <map>
#include <tuple>
#include <utility>

#include "base/log.h"
#include "prediction_log/partition_path.h"

namespace boxkited {

using std::chrono::days;

Retention::Retention(const PredictionLogOptions& options, const Clock& clock, Storage& storage,
                     LineQueue& queue)
    : options_(options),
      clock_(clock),
      storage_(storage),
      queue_(queue),
      started_(clock.now()),
      started_monotonic_(clock.monotonic()) {}

WallTime Retention::now() const {
    const auto passed =
        std::chrono::floor<std::chrono::microseconds>(clock_.monotonic() - started_monotonic_);
    return std::min(clock_.now(), started_ + passed);
}

void Retention::run(const InUse& in_use) {
    if (options_.retention == days(0) && options_.retention_bytes == 0) return;
    const WallTime present = now();
    auto [directories, files] = scan(present);
    std::sort(files.begin(), files.end(), [](const LogFile& a, const LogFile& b) {
        const bool a_waits = a.seal != Seal::kShipped;
        const bool b_waits = b.seal != Seal::kShipped;
        return std::tie(a_waits, a.partition, a.directory, a.name) <
               std::tie(b_waits, b.partition, b.directory, b.name);
    });
    std::uint64_t total = 0;
    for (const LogFile& file : files) total += file.bytes;

    for (const LogFile& file : files) {
        DateDirectory& directory = directories[file.directory];
        const auto end = file.partition + options_.partition;
        const bool too_old = options_.retention > days(0) && end <= present - options_.retention;
        const bool too_much = options_.retention_bytes > 0 && total > options_.retention_bytes;
        if (end > present || !(too_old || too_much)) continue;
        if (is_in_use(file, directory, in_use) || !remove(file, directory)) continue;
        tell_if_unshipped(file, directory, in_use);
        total -= file.bytes;
    }
    // Another process may just have made the directory of a day that is not over.
    for (const DateDirectory& directory : directories)
        if (directory.entries == 0 && directory.date + days(1) <= present) remove(directory.path);
}

Retention::Found Retention::scan(WallTime present) {
    // Without a bound on the size, younger days need not be looked at.
    const auto last_day = std::chrono::floor<days>(
        options_.retention_bytes > 0 ? present + days(400'000) : present - options_.retention);
    Found found;
    const auto root = endpoints_directory(options_.directory);
    for (const DirectoryEntry& endpoint : list(root)) {
        if (endpoint.type != DirectoryEntry::Type::kDirectory) continue;
        for (const DirectoryEntry& entry : list(root / endpoint.name)) {
            const auto date = parse_date_name(entry.name);
            if (entry.type == DirectoryEntry::Type::kDirectory && date && *date <= last_day)
                scan_date(root / endpoint.name / entry.name, *date, found);
        }
    }
    return found;
}

void Retention::scan_date(std::filesystem::path path, std::chrono::sys_days date, Found& found) {
    const auto entries = list(path);
    std::map<std::string_view, Seal> seals;
    for (const DirectoryEntry& entry : entries)
        if (const auto sealed = parse_seal_name(entry.name)) seals[sealed->name] = sealed->seal;
    for (const DirectoryEntry& entry : entries) {
        const auto time_of_day = parse_file_name(entry.name);
        if (entry.type != DirectoryEntry::Type::kFile || !time_of_day) continue;
        LogFile file{date + *time_of_day, found.directories.size(), entry.name, entry.bytes, {}};
        if (const auto seal = seals.extract(entry.name)) file.seal = seal.mapped();
        found.files.push_back(std::move(file));
    }
    for (const auto& [name, seal] : seals)
        found.files.push_back({date + *parse_file_name(name), found.directories.size(),
                               seal_name(name, seal), 0, Seal::kShipped});
    found.directories.push_back({std::move(path), date, entries.size()});
    queue_.note_alive();
}

bool Retention::is_in_use(const LogFile& file, const DateDirectory& directory,
                          const InUse& in_use) const {
    return in_use.partitions.count(file.partition) > 0 && is_own(file, directory, in_use);
}

bool Retention::is_own(const LogFile& file, const DateDirectory& directory,
                       const InUse& in_use) const {
    return directory.path.parent_path() == in_use.endpoint && is_file_of(file.name, in_use.writer);
}

// The file first: without its seal it would be written to and shipped again.
bool Retention::remove(const LogFile& file, DateDirectory& directory) {
    if (!remove(directory.path / file.name)) return false;
    --directory.entries;
    const bool has_seal = file.seal && parse_file_name(file.name);
    if (has_seal && remove(directory.path / seal_name(file.name, *file.seal))) --directory.entries;
    return true;
}

void Retention::tell_if_unshipped(const LogFile& file, const DateDirectory& directory,
                                  const InUse& in_use) {
    const bool is_awaited = options_.seal_after && !file.seal && is_own(file, directory, in_use);
    if (file.seal != Seal::kSealed && !(is_awaited && file.bytes > 0)) return;
    queue_.note_unshipped_deleted();
    log::error("deleted from the prediction log before it was shipped",
               {{"path", (directory.path / file.name).native()}});
}

std::vector<DirectoryEntry> Retention::list(const std::filesystem::path& path) {
    auto entries = storage_.list(path);
    if (entries) return *std::move(entries);
    queue_.note_error(entries.error());
    return {};
}

bool Retention::remove(const std::filesystem::path& path) {
    const auto done = storage_.remove(path);
    // Other processes may delete here too.
    const bool gone = done || done.error().code == ENOENT;
    if (gone)
        log::info("deleted from the prediction log", {{"path", path.native()}});
    else
        queue_.note_error(done.error());
    queue_.note_alive();
    return gone;
}

}  // namespace boxkited
