#include "prediction_log/sealer.h"

#include <algorithm>
#include <utility>

#include "base/log.h"
#include "prediction_log/partition_path.h"
#include "prediction_log/recovery.h"
#include "prediction_log/seal.h"

namespace boxkited {

Sealer::Sealer(const PredictionLogOptions& options, std::filesystem::path endpoint,
               std::string writer, const Clock& clock, Storage& storage, LineQueue& queue)
    : options_(options),
      endpoint_(std::move(endpoint)),
      writer_(std::move(writer)),
      clock_(clock),
      storage_(storage),
      queue_(queue) {}

void Sealer::run(const std::set<Partition>& in_use) {
    if (!options_.seal_after) return;
    std::size_t sealed = 0;
    for (const DirectoryEntry& date : list(endpoint_))
        if (date.type == DirectoryEntry::Type::kDirectory) sealed += seal_all_of(date, in_use);
    if (sealed == 0) return;
    const auto wake = wake_.lock();
    if (*wake) (*wake)();
}

bool Sealer::is_over(Partition partition) const {
    return partition + options_.partition + *options_.seal_after <= clock_.now();
}

std::size_t Sealer::seal_all_of(const DirectoryEntry& date, const std::set<Partition>& in_use) {
    const auto day = parse_date_name(date.name);
    if (!day || !is_over(*day)) return 0;
    const auto entries = list(endpoint_ / date.name);
    std::set<std::string_view> sealed;
    for (const DirectoryEntry& entry : entries)
        if (const auto file = parse_seal_name(entry.name)) sealed.insert(file->name);

    return static_cast<std::size_t>(
        std::count_if(entries.begin(), entries.end(), [&](const DirectoryEntry& entry) {
            const auto time_of_day = parse_file_name(entry.name);
            return entry.type == DirectoryEntry::Type::kFile && entry.bytes > 0 && time_of_day &&
                   is_file_of(entry.name, writer_) && is_over(*day + *time_of_day) &&
                   in_use.count(*day + *time_of_day) == 0 && sealed.count(entry.name) == 0 &&
                   seal(endpoint_ / date.name / entry.name);
        }));
}

bool Sealer::seal(const std::filesystem::path& file) {
    // What is shipped must not be less after a power cut than it was before.
    auto done = put_in_order(file, true, storage_, queue_);
    if (done) done = seal_file(file, storage_);
    if (!done) {
        queue_.note_error(done.error());
        log::warning("a log file could not be sealed", {{"error", to_string(done.error())}});
    }
    queue_.note_alive();
    return done.has_value();
}

std::vector<DirectoryEntry> Sealer::list(const std::filesystem::path& directory) {
    auto entries = storage_.list(directory);
    if (entries) return *std::move(entries);
    queue_.note_error(entries.error());
    return {};
}

}  // namespace boxkited
