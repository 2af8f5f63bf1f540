#include "shipping/backlog.h"

#include <algorithm>
#include <cerrno>
#include <map>
#include <utility>

#include "prediction_log/partition_path.h"
#include "prediction_log/seal.h"

namespace boxkited {

Backlog::Backlog(std::filesystem::path endpoint, std::string writer, Storage& storage)
    : endpoint_(std::move(endpoint)), writer_(std::move(writer)), storage_(storage) {}

Result<std::vector<WaitingFile>, IoError> Backlog::list(WallTime now) {
    const auto dates = storage_.list(endpoint_);
    if (!dates) return Failure{dates.error()};
    std::vector<WaitingFile> waiting;
    for (const DirectoryEntry& date : *dates) {
        const auto day = parse_date_name(date.name);
        if (date.type != DirectoryEntry::Type::kDirectory || !day) continue;
        const auto left = list_date(endpoint_ / date.name, *day, waiting);
        if (!left) return Failure{left.error()};
        // The writer may just have made the directory of a day that is not over.
        const bool is_over = *day + std::chrono::days(1) <= now;
        if (*left == 0 && is_over) remove_if_empty(endpoint_ / date.name);
    }
    std::stable_sort(
        waiting.begin(), waiting.end(),
        [](const WaitingFile& a, const WaitingFile& b) { return a.partition < b.partition; });
    return waiting;
}

// How many entries it has after that.
Result<std::size_t, IoError> Backlog::list_date(const std::filesystem::path& directory,
                                                std::chrono::sys_days date,
                                                std::vector<WaitingFile>& waiting) {
    const auto entries = storage_.list(directory);
    if (!entries) return Failure{entries.error()};
    std::size_t left = entries->size();
    std::map<std::string_view, std::uint64_t> sizes;
    for (const DirectoryEntry& entry : *entries)
        if (entry.type == DirectoryEntry::Type::kFile) sizes[entry.name] = entry.bytes;

    for (const DirectoryEntry& entry : *entries) {
        const auto sealed = parse_seal_name(entry.name);
        if (!sealed || sealed->seal != Seal::kSealed || !is_file_of(sealed->name, writer_))
            continue;
        const auto file = sizes.find(sealed->name);
        if (file == sizes.end()) {
            if (auto done = remove(directory / entry.name); !done) return Failure{done.error()};
            --left;
            continue;
        }
        waiting.push_back(
            {directory / sealed->name, date + *parse_file_name(sealed->name), file->second});
    }
    return left;
}

// Late events of that day may be there by now: then it stays.
void Backlog::remove_if_empty(const std::filesystem::path& directory) {
    (void)storage_.remove(directory).has_value();
}

Result<void, IoError> Backlog::settle(const std::filesystem::path& file, bool keep) {
    const auto directory = file.parent_path();
    const auto seal = directory / seal_name(file.filename().native(), Seal::kSealed);
    if (keep) {
        const auto shipped = directory / seal_name(file.filename().native(), Seal::kShipped);
        const auto done = storage_.rename(seal, shipped);
        if (!done && done.error().code == ENOENT) return {};  // The retention was here.
        if (!done) return done;
        return storage_.sync_directory(directory);
    }
    if (auto done = remove(file); !done) return done;
    // Were the seal gone and the file back after a power cut, it would be written to again.
    if (auto done = storage_.sync_directory(directory); !done) return done;
    return remove(seal);
}

Result<void, IoError> Backlog::remove(const std::filesystem::path& path) {
    auto done = storage_.remove(path);
    if (!done && done.error().code == ENOENT) return {};  // The retention was here.
    return done;
}

}  // namespace boxkited
