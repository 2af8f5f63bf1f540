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
// are synced). Errors go to the queue's account; a false answer says that there was one.
//
// Threads: the writer's.
class Partitions {
public:
    // `endpoint` is the directory of the endpoint, `writer` as writer_name() gives it.
    Partitions(const PredictionLogOptions& options, std::filesystem::path endpoint,
               std::string writer, const Clock& clock, Storage& storage, LineQueue& queue);

    void add(const LinePieces& pieces);
    bool write_all();
    bool sync_all();
    // Closes files that nothing was written to for this long.
    bool close_idle(MonotonicTime::duration idle);

    // Nothing is left to be written, or to be synced.
    bool is_all_written() const;
    bool is_all_synced() const { return unsynced_bytes_ == 0; }
    std::uint64_t unsynced_bytes() const { return unsynced_bytes_; }
    // When the oldest of these was written.
    MonotonicTime unsynced_since() const { return unsynced_since_; }

    std::set<Partition> open() const;

private:
    struct Slot {
        Partition partition;
        LinePieces pending;
        LinePieces unsynced;
        std::optional<PartitionFile> file;
        unsigned number = 0;  // In the name of its file.
        MonotonicTime used{};
    };

    bool syncs() const { return options_.sync != PredictionLogOptions::Sync::kNever; }
    std::filesystem::path date_directory(const Slot& slot) const;

    bool write(Slot& slot);
    std::string_view next_lines(const LinePieces& pending);
    void account(Slot& slot, std::size_t bytes);
    void repack(LinePieces& pieces);
    bool sync(Slot& slot);
    void retreat(Slot& slot, const IoError& error);
    void set_aside(const std::filesystem::path& path);
    void let_go(LinePieces& pieces);

    bool open(Slot& slot);
    bool try_open(Slot& slot, std::optional<IoError>& error);
    bool make_room();
    bool close(Slot& slot);
    void forget(Slot& slot);
    unsigned next_free_number(const Slot& slot);
    void drop_file(Slot& slot);

    const PredictionLogOptions& options_;
    const std::filesystem::path endpoint_;
    const std::string writer_;
    const Clock& clock_;
    Storage& storage_;
    LineQueue& queue_;

    std::map<Partition, Slot> slots_;
    std::size_t open_count_ = 0;
    std::uint64_t unsynced_bytes_ = 0;
    MonotonicTime unsynced_since_{};
    std::string gathered_;  // Small pieces on their way into one write().
};

}  // namespace boxkited
