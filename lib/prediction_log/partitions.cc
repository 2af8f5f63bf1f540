#include "prediction_log/partitions.h"

#include <algorithm>
#include <cerrno>
#include <utility>

#include "base/log.h"
#include "prediction_log/partition_path.h"
#include "prediction_log/seal.h"

namespace boxkited {

namespace {

constexpr std::size_t kGatheredBytes = 256 << 10;
constexpr std::size_t kLargePiece = 64 << 10;  // Worth a write() of its own.

// The first `bytes` of the piece, which keeps the rest.
LinePiece split_front(LinePiece& piece, std::size_t bytes) {
    LinePiece front = piece;
    front.bytes = bytes;
    const auto text = front.text();
    front.events = static_cast<std::uint64_t>(std::count(text.begin(), text.end(), '\n'));
    piece.data += bytes;
    piece.bytes -= bytes;
    piece.events -= front.events;
    return front;
}

}  // namespace

Partitions::Partitions(const PredictionLogOptions& options, std::filesystem::path endpoint,
                       std::string writer, const Clock& clock, Storage& storage, LineQueue& queue)
    : options_(options),
      endpoint_(std::move(endpoint)),
      writer_(std::move(writer)),
      clock_(clock),
      storage_(storage),
      queue_(queue) {}

void Partitions::add(const LinePieces& pieces) {
    for (const LinePiece& piece : pieces) {
        Slot& slot = slots_[piece.partition];
        slot.partition = piece.partition;
        push_back(slot.pending, piece);
    }
    const auto largest =
        std::max_element(pieces.begin(), pieces.end(),
                         [](const LinePiece& a, const LinePiece& b) { return a.bytes < b.bytes; });
    if (largest != pieces.end()) busiest_ = largest->partition;
}

bool Partitions::is_all_written() const {
    return std::all_of(slots_.begin(), slots_.end(),
                       [](const auto& slot) { return slot.second.pending.empty(); });
}

std::set<Partition> Partitions::open_partitions() const {
    std::set<Partition> open;
    for (const auto& [partition, slot] : slots_)
        if (slot.file) open.insert(partition);
    return open;
}

// ---- Writing ----

// Told when it begins, not with every try.
void Partitions::report(const IoError& error) {
    if (!queue_.note_trouble(error)) return;
    log::error("the prediction log cannot be written as it should", {{"error", to_string(error)}});
}

void Partitions::write_all() {
    // Those whose files are open come first: opening another file may close theirs.
    for (const bool is_open : {true, false})
        for (auto& [partition, slot] : slots_)
            if (!slot.pending.empty() && slot.file.has_value() == is_open) write(slot);
    line_up_queue();
    std::erase_if(slots_, [](const auto& item) {
        const Slot& slot = item.second;
        return slot.pending.empty() && !slot.file;
    });
}

void Partitions::write(Slot& slot) {
    if (slot.file) {
        const auto is_there = slot.file->is_still_at_its_path();
        if (!is_there) return report(is_there.error());
        if (!*is_there) forget(slot);
    }
    if (slot.is_untrusted && !leave_file(slot)) return;
    if (!slot.file) open(slot);
    slot.used = clock_.monotonic();
    while (slot.file && !slot.is_untrusted && !slot.pending.empty() && !queue_.given_up()) {
        const auto appended = slot.file->append(next_lines(slot.pending));
        account(slot, appended.bytes);
        if (appended.error) {
            report(*appended.error);
            break;
        }
        if (is_sync_due()) sync_all();
    }
    keep_little_memory(slot.pending);
}

void Partitions::line_up_queue() {
    const auto slot = slots_.find(busiest_);
    if (slot != slots_.end() && slot->second.file && slot->second.pending.empty())
        queue_.line_up(busiest_, slot->second.file->size());
}

// Large pieces are written from where they lie. Small ones, as they come when the events of
// several partitions are mixed, are copied together: a call costs more than the copy.
std::string_view Partitions::next_lines(const LinePieces& pending) {
    const LinePiece& first = pending.front();
    if (pending.size() == 1 || first.bytes >= kLargePiece) return first.text();
    gathered_.clear();
    for (const LinePiece& piece : pending) {
        if (gathered_.size() + piece.bytes > kGatheredBytes) break;
        gathered_.append(piece.text());
    }
    return gathered_;
}

// Takes the first `bytes` from what is pending, now that they are in the file.
void Partitions::account(Slot& slot, std::size_t bytes) {
    if (bytes == 0) return;
    LinePieces written;
    for (std::size_t left = bytes; left > 0;) {
        LinePiece& front = slot.pending.front();
        const bool all = front.bytes <= left;
        const LinePiece piece = all ? front : split_front(front, left);
        if (all) slot.pending.pop_front();
        left -= piece.bytes;
        push_back(written, piece);
    }
    queue_.note_written(written);
    if (!syncs()) return queue_.release(written);
    if (unsynced_bytes_ == 0) unsynced_since_ = clock_.monotonic();
    unsynced_bytes_ += bytes;
    for (const LinePiece& piece : written) push_back(slot.unsynced, piece);
}

void Partitions::keep_little_memory(LinePieces& pending) {
    for (LinePiece& piece : pending) piece = queue_.repacked(piece);
}

// ---- Syncing ----

bool Partitions::is_sync_due() const {
    if (is_all_synced()) return false;
    // Lines keep their place in the queue until they are synced: they must not fill it.
    return unsynced_bytes_ > options_.queue_bytes / 4 ||
           clock_.monotonic() - unsynced_since_ >= options_.flush_interval;
}

void Partitions::sync_all() {
    for (auto& [partition, slot] : slots_)
        if (!queue_.given_up()) sync(slot);
}

void Partitions::sync(Slot& slot) {
    if (slot.unsynced.empty()) return;
    const auto done = slot.file->sync();
    if (done) return let_go(slot.unsynced);
    report(done.error());
    retreat(slot);
}

void Partitions::let_go(LinePieces& unsynced) {
    for (const LinePiece& piece : unsynced) unsynced_bytes_ -= piece.bytes;
    queue_.release(unsynced);
    unsynced.clear();
}

// After a failed sync: everything since the last good one is pending again.
void Partitions::retreat(Slot& slot) {
    std::uint64_t events = 0;
    for (LinePiece& piece : slot.unsynced) {
        piece.counted = true;
        events += piece.events;
        unsynced_bytes_ -= piece.bytes;
    }
    queue_.note_taken_back(events);
    slot.pending.insert(slot.pending.begin(), slot.unsynced.begin(), slot.unsynced.end());
    slot.unsynced.clear();
    // The lines may be written and taken back again and again, while those beside them go.
    keep_little_memory(slot.pending);
    slot.is_untrusted = true;
    leave_file(slot);
}

// The file keeps what is surely on the disk, or else no reader finds it any more; what is pending
// is for the next free name. False: neither can be done now, and else the lines would be there
// twice.
bool Partitions::leave_file(Slot& slot) {
    const auto cut = slot.file->retreat();
    if (!cut) {
        report(cut.error());
        if (!set_aside(slot)) return false;
    }
    const auto path = slot.file->path();
    // A disk that never syncs must not fill its directory with empty files.
    const bool is_worthless = cut.has_value() && slot.number > 0 && slot.file->is_nothing_synced();
    const auto is_there = slot.file->is_still_at_its_path();
    drop_file(slot);
    if (is_worthless && is_there && *is_there && storage_.remove(path)) return true;
    const auto taken = names_beside(slot).value_or(Names());
    do ++slot.number;
    while (taken.count(name_of(slot)) > 0);
    return true;
}

// Gives the file a name that no reader of the log looks for.
bool Partitions::set_aside(const Slot& slot) {
    const auto taken = names_beside(slot);
    if (!taken) return false;
    const auto name = name_of(slot) + ".suspect";
    auto free_name = name;
    for (unsigned i = 1; taken->count(free_name) > 0; ++i)
        free_name = name + "." + std::to_string(i);
    const auto& path = slot.file->path();
    if (const auto done = storage_.rename(path, path.parent_path() / free_name); !done) {
        report(done.error());
        return false;
    }
    log::error("a log file is not to be trusted", {{"file", path.native()}, {"now", free_name}});
    return true;
}

// ---- Files ----

std::string Partitions::name_of(const Slot& slot) const {
    return file_name(slot.partition, writer_, slot.number);
}

// Nothing when the disk does not say.
std::optional<Partitions::Names> Partitions::names_beside(const Slot& slot) {
    const auto entries = storage_.list(endpoint_ / date_name(slot.partition));
    if (!entries) {
        report(entries.error());
        return std::nullopt;
    }
    Names names;
    for (const auto& entry : *entries) names.insert(entry.name);
    return names;
}

// What comes is put behind what the partition has already, in a file that is not sealed. Nothing
// when the disk does not say.
std::optional<unsigned> Partitions::number_to_go_on_with(const Slot& slot) {
    const auto names = names_beside(slot);
    if (!names) return std::nullopt;
    unsigned last = slot.number;
    for (const std::string& name : *names) {
        const auto sealed = parse_seal_name(name);
        const auto file = sealed ? sealed->name : std::string_view(name);
        const unsigned number = file_number(file);
        if (file == file_name(slot.partition, writer_, number))
            last = std::max(last, sealed ? number + 1 : number);
    }
    for (;; ++last) {
        const auto sealed = is_sealed(endpoint_ / date_name(slot.partition) /
                                      file_name(slot.partition, writer_, last));
        if (!sealed) {
            report(sealed.error());
            return std::nullopt;
        }
        if (!*sealed) return last;
    }
}

// Asked by name, and in this order: the first seal becomes the second while the directory is read,
// which may then show neither.
Result<bool, IoError> Partitions::is_sealed(const std::filesystem::path& file) {
    if (!options_.seal_after) return false;
    for (const Seal seal : {Seal::kSealed, Seal::kShipped}) {
        const auto path = file.parent_path() / seal_name(file.filename().native(), seal);
        const auto opened = storage_.open(path, Storage::Missing::kFail);
        if (opened) return true;
        if (opened.error().code != ENOENT) return Failure{opened.error()};
    }
    return false;
}

void Partitions::open(Slot& slot) {
    make_room();
    const auto number = number_to_go_on_with(slot);
    if (!number) return;
    slot.number = *number;
    const auto directory = endpoint_ / date_name(slot.partition);
    auto opened = PartitionFile::open(storage_, directory / name_of(slot));
    const auto is_no_file = [&] {
        return !opened && (opened.error().code == ELOOP || opened.error().code == EINVAL);
    };
    if (is_no_file()) {
        // A link, a FIFO or a directory has the name and will most likely stay. Waiting for it to
        // go would hold the lines of every partition behind it, so they go to the next name.
        const auto taken = names_beside(slot).value_or(Names());
        while (taken.count(name_of(slot)) > 0) ++slot.number;
        report(opened.error());
        opened = PartitionFile::open(storage_, directory / name_of(slot));
    }
    if (!opened) return report(opened.error());
    if (const auto torn = opened->torn_bytes(); torn > 0) {
        queue_.note_torn(torn);
        log::warning("cut a torn end off a log file",
                     {{"file", opened->path().native()}, {"bytes", std::to_string(torn)}});
    }
    slot.file = *std::move(opened);
    queue_.note_open_partitions(++open_count_);
}

void Partitions::make_room() {
    while (open_count_ >= std::max<std::size_t>(options_.open_partitions, 1)) {
        Slot* oldest = nullptr;
        for (auto& [partition, slot] : slots_)
            if (may_close(slot) && (!oldest || slot.used < oldest->used)) oldest = &slot;
        if (!oldest) return;
        close(*oldest);
    }
}

void Partitions::close_idle(MonotonicTime::duration idle) {
    const auto now = clock_.monotonic();
    for (auto& [partition, slot] : slots_)
        if (may_close(slot) && now - slot.used >= idle) close(slot);
}

// What a file may hold of lines that are pending is known only as long as it is open.
bool Partitions::may_close(const Slot& slot) {
    return slot.file && !slot.is_untrusted && slot.file->is_whole();
}

void Partitions::close(Slot& slot) {
    sync(slot);
    if (may_close(slot)) drop_file(slot);
}

// The file was removed or moved away, and what it holds with it: that is its owner's wish. What
// is pending goes to a new file.
void Partitions::forget(Slot& slot) {
    log::warning("a log file was removed or moved; going on with a new one",
                 {{"file", slot.file->path().native()}});
    if (const auto done = slot.file->sync(); !slot.unsynced.empty() && !done)
        queue_.note_error(done.error());
    let_go(slot.unsynced);
    drop_file(slot);
}

void Partitions::drop_file(Slot& slot) {
    slot.file.reset();
    slot.is_untrusted = false;
    queue_.note_open_partitions(--open_count_);
}

}  // namespace boxkited
