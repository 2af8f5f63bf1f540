#pragma once

#include <atomic>
#include <condition_variable>
#include <cstdint>
#include <functional>
#include <mutex>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "base/adaptive_mutex.h"
#include "base/clock.h"
#include "base/storage.h"
#include "event/transport.h"
#include "prediction_log/line_memory.h"
#include "prediction_log/log_ledger.h"
#include "prediction_log/log_options.h"

namespace boxkited {

// What lies between those who append and the one thread that writes: the lines that wait, bounded
// in bytes, and the account of where every event is. Both are under one lock, so that a ledger
// never shows an event twice or nowhere; nobody holds the lock while a disk is asked anything.
//
// The bytes of a line are given back only when the writer lets go of it, which is when it needs
// the line no more: after the write, or after the sync when files are synced.
//
// Threads: as each part says.
class LineQueue {
public:
    LineQueue(const PredictionLogOptions& options, const Clock& clock);

    // ---- For any thread; what they mean is said at PredictionLog ----

    using Ticket = std::uint64_t;
    std::optional<Ticket> append(const LineBatch& batch, Transport transport);
    bool settled_or_wake(Ticket ticket, std::function<void()> wake);
    LogLedger ledger() const;
    std::string trouble() const;
    std::uint64_t drain(MonotonicTime deadline);
    // A drain has given up, and the writer has not come back from the disk.
    bool hung() const;

    // ---- For the writer thread alone ----

    enum class Call {
        kLines,   // Many lines wait, or lines whose senders wait for an answer.
        kDue,     // The time is up: `until`, or lines have waited for the flush interval.
        kDrain,   // drain() was called; said once.
        kGiveUp,  // Its deadline has passed: nothing is to be written any more.
    };
    // Sleeps until there is something to do. `backing_off`: lines alone are no reason to wake.
    Call wait(MonotonicTime until, bool backing_off);
    bool draining() const { return draining_; }
    // drain() was called and no line waits any more.
    bool is_drained() const;
    bool given_up() const { return given_up_; }

    // Hands over the lines that wait, into empty `pieces`, and the last ticket given. When nobody
    // waits for them and kLines was called, the block that is being filled is left for later, so
    // that blocks are written whole; else they are all that wait.
    Ticket take(LinePieces& pieces, Call call);
    // The file of the partition is that long, with all that was taken. Lines of the partition that
    // come from now on will lie in memory as its file wants them (File::append), as far as they
    // begin a block.
    void line_up(Partition partition, std::uint64_t file_bytes);
    // These lines are needed no more. Their memory is used again.
    void release(const LinePieces& pieces);
    // Gives back memory that was not used since the last call; for now and then.
    void trim();
    // A copy of the piece in memory of its own, when otherwise most of a block would be kept for
    // it; else the piece.
    LinePiece repacked(const LinePiece& piece);

    // The lines of these pieces are in a file, whole.
    void note_written(const LinePieces& pieces);
    // Lines that were counted as written are in no file any more; they come back as `counted`.
    void note_taken_back(std::uint64_t events);
    // The disk has answered.
    void note_alive();
    void note_error(const IoError& error);
    // An error that keeps lines from being written. Whether it is another one than before.
    bool note_trouble(const IoError& error);
    // Whether there was any.
    bool note_no_trouble();
    void note_torn(std::uint64_t bytes);
    void note_unshipped_deleted();
    void note_open_partitions(std::size_t count);
    // What `ack` promises holds for all batches up to this one. Calls those who wait for it.
    void settle(Ticket ticket);
    // The last call of the writer.
    void note_finished();

private:
    using Lock = std::unique_lock<AdaptiveMutex>;
    struct Waiter {
        Ticket ticket;
        std::function<void()> wake;
    };

    void note_omitted(const LineBatch::Omitted& omitted, Transport transport);
    void copy(const LineBatch& batch);
    bool is_urgent() const;
    bool should_wake_writer(bool was_empty);
    void leave_block_being_filled(LinePieces& taken);
    std::vector<Waiter> give_up();

    const PredictionLogOptions& options_;
    const Clock& clock_;
    const std::uint64_t urgent_bytes_;

    mutable AdaptiveMutex mutex_;  // Protects what follows.
    std::condition_variable_any work_;
    std::condition_variable_any progress_;
    LogLedger ledger_;
    LineMemory memory_;
    LinePieces waiting_;
    std::uint64_t waiting_bytes_ = 0;
    MonotonicTime waiting_since_;   // When the oldest came.
    MonotonicTime filling_since_;   // When the first line came into the block being filled.
    std::uint64_t taken_back_ = 0;  // Events counted as written that are in no file now.
    Ticket last_ticket_ = 0;
    Ticket settled_ = 0;
    std::vector<Waiter> waiters_;
    std::string trouble_;
    MonotonicTime writing_since_;  // When the writer last got on.
    bool working_;                 // The writer is not in wait(): it may be held up by a disk.
    bool asleep_ = false;          // It is, and nobody has woken it yet.
    std::atomic<bool> draining_ = false;
    bool drain_told_ = false;
    std::atomic<bool> given_up_ = false;
    bool finished_ = false;
};

}  // namespace boxkited
