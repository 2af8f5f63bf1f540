#pragma once

#include <array>
#include <chrono>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "base/clock.h"
#include "base/result.h"
#include "base/storage.h"
#include "event/identity.h"
#include "event/transport.h"
#include "prediction_log/line_batch.h"

namespace boxkited {

// How the prediction log trades memory and disk against the chance of losing an event.
struct PredictionLogOptions {
    // Off: every event is counted as unlogged, and no file is touched.
    bool enabled = true;

    // Root of the tree:
    // {directory}/models/predictions/{endpoint_id}/2024-05-01/1315_{logger_id}-{replica_id}.txt
    std::filesystem::path directory = "/var/lib/boxkited";

    // ---- What may be lost ----

    // What an answer to a sender means: the event is in the queue, in the file, or on the disk.
    enum class Ack { kQueued, kWritten, kSynced };
    Ack ack = Ack::kQueued;

    // When files are synced: with each flush, after every write, or never (then a power cut can
    // take what the system has not written back, and `kSynced` cannot be promised).
    enum class Sync { kInterval, kAlways, kNever };
    Sync sync = Sync::kInterval;

    // The longest an accepted event stays in memory only, and between write and sync.
    std::chrono::milliseconds flush_interval{500};

    // Bytes of lines that wait in memory, to be written or to be synced. When they are full a new
    // event is refused before it is counted anywhere; a sender never waits for the disk.
    std::uint64_t queue_bytes = 64ULL << 20;

    // ---- How files are cut and kept ----

    // The span of event time that one file holds; divides a day.
    std::chrono::minutes partition{15};

    // Files open at once: events of many partitions at a time (a backfill) cost no more
    // descriptors than this.
    std::size_t open_partitions = 16;

    // Partitions older than this are deleted; 0 keeps them for ever.
    std::chrono::days retention{30};

    // When the tree is larger, the oldest closed partitions are deleted; 0 sets no bound.
    std::uint64_t retention_bytes = 0;
};

// Where each accepted event is. At every moment
//   sum of accepted = written + queued + lost + unlogged.
struct LogLedger {
    std::array<std::uint64_t, kTransports.size()> accepted{};
    std::uint64_t written = 0;   // In a file: its write() has returned.
    std::uint64_t queued = 0;    // In memory, taken by the writer or not.
    std::uint64_t lost = 0;      // Given up at the end of the process.
    std::uint64_t unlogged = 0;  // The log is off.

    std::uint64_t queue_bytes = 0;  // Of lines waiting to be written or synced.
    std::uint64_t queue_capacity_bytes = 0;
    std::uint64_t written_bytes = 0;
    std::uint64_t torn_bytes = 0;  // Cut from files at start.
    std::uint64_t open_partitions = 0;
    std::map<std::string_view, std::uint64_t> errors;  // By IoError::operation.
};

// The log of predictions: a bounded queue and the thread that writes it to files.
//
//     append() --> queue --writer thread--> partitions on disk
//
// Promises: a line is in one file once, whole, in the order of its batch; what is refused is
// nowhere; a failing disk is tried again until the end, with the lines held in memory.
//
// Threads: any thread may call any member.
class PredictionLog {
public:
    // Takes the lock against a second process of the same identity and starts the writer, which
    // first cuts torn tails off this identity's files. An error when the directory cannot be
    // made or written, or the lock is held.
    static Result<std::unique_ptr<PredictionLog>, IoError> open(PredictionLogOptions options,
                                                                const Identity& identity,
                                                                const Clock& clock,
                                                                Storage& storage);
    // As drain() with no time left.
    ~PredictionLog();

    // Names a batch among all that were appended.
    using Ticket = std::uint64_t;

    // Takes all of the batch, or none of it when the queue has no room.
    // The sum of all batches ever appended decides tickets: a later one is never settled before
    // an earlier one.
    std::optional<Ticket> append(const LineBatch& batch, Transport transport);

    // Whether what `options.ack` promises holds for the batch. When not yet, `wake` is called
    // once, on the writer thread, as soon as it does; it must be quick.
    bool settled_or_wake(Ticket ticket, std::function<void()> wake);

    LogLedger ledger() const;

    // What keeps the log from being written right now, "write /var/...: No space left on device";
    // empty when nothing does.
    std::string trouble() const;

    // Writes and syncs all that is queued, until the deadline; what is left then is counted as
    // lost. Nothing can be appended any more. How many events were lost.
    std::uint64_t drain(MonotonicTime deadline);

    const PredictionLogOptions& options() const { return options_; }

private:
    class Writer;
    PredictionLog(PredictionLogOptions options, std::unique_ptr<Writer> writer);

    const PredictionLogOptions options_;
    std::unique_ptr<Writer> writer_;  // Null when the log is off.
};

}  // namespace boxkited
