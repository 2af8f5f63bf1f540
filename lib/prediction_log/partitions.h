#pragma once

#include <filesystem>
#include <map>
#include <optional>
#include <set>
#include <string>

#include "base/clock.h"
#include "base/storage.h"
#include "prediction_log/line_queue.h"
#include "prediction_log/partition_file.h"

namespace boxkited {

// The partitions that lines are written to: what is still to be written to each, what is written
// but not synced, and a bounded number of open files.
//
// Whatever fails, the lines stay here, in order, until they are in a file (and synced, when files
// are synced), and are tried again with the next call. Errors go to the queue's account.
//
// Threads: the writer's.
class Partitions {
public:
    // `endpoint` is the directory of the endpoint, `writer` as writer_name() gives it.
    Partitions(const PredictionLogOptions& options, std::filesystem::path endpoint,
               std::string writer, const Clock& clock, Storage& storage, LineQueue& queue);

    void add(const LinePieces& pieces);
    void write_all();
    // Lines whose sync fails are to be written again. write_all() does it too, when it is due.
    void sync_all();
    // Syncs and closes files that nothing was written to for this long.
    void close_idle(MonotonicTime::duration idle);

    bool is_all_written() const;
    bool is_all_synced() const { return unsynced_bytes_ == 0; }
    // When the oldest line was written that is not synced.
    MonotonicTime unsynced_since() const { return unsynced_since_; }
    // Such lines have waited long enough, or fill too much of the queue.
    bool is_sync_due() const;

    std::set<Partition> open_partitions() const;

private:
    struct Slot {
        Partition partition;
        LinePieces pending;
        LinePieces unsynced;
        std::optional<PartitionFile> file;
        // The file may hold lines that are pending again: they go nowhere until it is rid of them.
        bool is_untrusted = false;
        unsigned number = 0;  // In the name of its file.
        MonotonicTime used{};
    };

    bool syncs() const { return options_.sync != PredictionLogOptions::Sync::kNever; }

    void report(const IoError& error);
    void write(Slot& slot);
    void line_up_queue();
    std::string_view next_lines(const LinePieces& pending);
    void account(Slot& slot, std::size_t bytes);
    void keep_little_memory(LinePieces& pending);

    void sync(Slot& slot);
    void retreat(Slot& slot);
    bool leave_file(Slot& slot);
    bool set_aside(const Slot& slot);
    void let_go(LinePieces& unsynced);

    void open(Slot& slot);
    void make_room();
    static bool may_close(const Slot& slot);
    void close(Slot& slot);
    void forget(Slot& slot);
    void drop_file(Slot& slot);
    std::string name_of(const Slot& slot) const;
    using Names = std::set<std::string>;
    std::optional<Names> names_beside(const Slot& slot);
    std::optional<unsigned> number_to_go_on_with(const Slot& slot);
    Result<bool, IoError> is_sealed(const std::filesystem::path& file);

    const PredictionLogOptions& options_;
    const std::filesystem::path endpoint_;
    const std::string writer_;
    const Clock& clock_;
    Storage& storage_;
    LineQueue& queue_;

    std::map<Partition, Slot> slots_;
    Partition busiest_{};  // Among the lines added last.
    std::size_t open_count_ = 0;
    std::uint64_t unsynced_bytes_ = 0;
    MonotonicTime unsynced_since_{};
    std::string gathered_;  // Small pieces on their way into one write().
};

}  // namespace boxkited
