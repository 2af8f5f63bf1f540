#include "prediction_log/recovery.h"

#include <string>
#include <utility>

#include "base/log.h"
#include "prediction_log/line_tail.h"
#include "prediction_log/partition_path.h"

namespace boxkited {

namespace {

// Until then the kernel has written back on its own what a killed process wrote.
constexpr std::chrono::minutes kWriteBack{5};

// How many bytes were cut off.
Result<std::uint64_t, IoError> cut_torn_end(File& file) {
    const auto tail = find_line_tail(file);
    if (!tail) return Failure{tail.error()};
    if (tail->torn_bytes() == 0) return std::uint64_t{0};
    if (auto cut = file.truncate(tail->lines_end); !cut) return Failure{cut.error()};
    return tail->torn_bytes();
}

}  // namespace

Result<void, IoError> put_in_order(const std::filesystem::path& path, bool sync, Storage& storage,
                                   LineQueue& queue) {
    const auto file = storage.open(path, Storage::Missing::kFail);
    if (!file) return Failure{file.error()};
    const auto torn = cut_torn_end(**file);
    if (!torn) return Failure{torn.error()};
    if (*torn > 0) {
        queue.note_torn(*torn);
        log::warning("cut a torn end off a log file",
                     {{"file", path.native()}, {"bytes", std::to_string(*torn)}});
    }
    return sync ? (*file)->sync() : Result<void, IoError>();
}

void recover_files(const std::filesystem::path& endpoint, std::string_view writer, bool sync,
                   const Clock& clock, Storage& storage, LineQueue& queue) {
    const auto report = [&](const IoError& error) {
        queue.note_error(error);
        log::warning("a log file could not be looked at", {{"error", to_string(error)}});
    };
    const auto written_back = clock.now() - kWriteBack;
    const auto dates = storage.list(endpoint);
    if (!dates) return report(dates.error());
    for (const DirectoryEntry& date : *dates) {
        if (date.type != DirectoryEntry::Type::kDirectory || !parse_date_name(date.name)) continue;
        const auto files = storage.list(endpoint / date.name);
        if (!files) {
            report(files.error());
            continue;
        }
        for (const DirectoryEntry& file : *files) {
            if (queue.given_up()) return;
            if (file.type != DirectoryEntry::Type::kFile || !is_file_of(file.name, writer))
                continue;
            const auto done = put_in_order(endpoint / date.name / file.name,
                                           sync && file.modified > written_back, storage, queue);
            if (!done) report(done.error());
            queue.note_alive();
        }
    }
}

}  // namespace boxkited
