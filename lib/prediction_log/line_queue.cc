#include "prediction_log/line_queue.h"

#include <algorithm>
#include <cassert>

namespace boxkited {

namespace {

// The disk is said to hang when it has not answered for as long as this.
constexpr std::chrono::seconds kPatience{10};

// Given to a batch of which nothing is to be written.
constexpr LineQueue::Ticket kSettled = 0;

// Since the standard library adds what it is to wait for to the present time.
MonotonicTime::duration bounded(MonotonicTime::duration time) {
    return std::min<MonotonicTime::duration>(time, std::chrono::hours(1));
}

}  // namespace

LineQueue::LineQueue(const PredictionLogOptions& options, const Clock& clock)
    : options_(options),
      clock_(clock),
      urgent_bytes_(std::min<std::uint64_t>(LineMemory::block_bytes_for(options.queue_bytes),
                                            options.queue_bytes / 4)),
      memory_(LineMemory::block_bytes_for(options.queue_bytes)),
      writing_since_(clock.monotonic()),
      working_(options.enabled) {
    ledger_.queue_capacity_bytes = options.queue_bytes;
}

std::optional<LineQueue::Ticket> LineQueue::append(const LineBatch& batch, Transport transport) {
    Lock lock(mutex_);
    if (draining_) return std::nullopt;
    const bool fits = batch.bytes() <= options_.queue_bytes - ledger_.queue_bytes;
    if (options_.enabled && !fits) return std::nullopt;
    if (batch.omits()) {
        note_omitted(batch.omitted(), transport);
        if (batch.events() == 0) return kSettled;
    }

    ledger_.accepted[static_cast<std::size_t>(transport)] += batch.events();
    const Ticket ticket = ++last_ticket_;
    if (!options_.enabled) {
        ledger_.unlogged += batch.events();
        return ticket;
    }
    const bool was_empty = waiting_.empty();
    if (was_empty) waiting_since_ = clock_.monotonic();
    copy(batch);
    ledger_.queued += batch.events();
    ledger_.queue_bytes += batch.bytes();
    waiting_bytes_ += batch.bytes();

    const bool wake = should_wake_writer(was_empty);
    lock.unlock();
    if (wake) work_.notify_one();
    return ticket;
}

void LineQueue::note_omitted(const LineBatch::Omitted& omitted, Transport transport) {
    ledger_.accepted[static_cast<std::size_t>(transport)] += omitted.events;
    ledger_.unlogged += omitted.events;
    ledger_.values_omitted += omitted.values;
}

void LineQueue::copy(const LineBatch& batch) {
    std::string_view rest = batch.text();
    for (const LineBatch::Run& run : batch.runs()) {
        const auto lines = rest.substr(0, run.bytes);
        if (memory_.copy(lines, run.partition, run.events, waiting_))
            filling_since_ = clock_.monotonic();
        rest.remove_prefix(run.bytes);
    }
}

bool LineQueue::is_urgent() const {
    if (waiting_.empty()) return false;
    return options_.ack != PredictionLogOptions::Ack::kQueued || waiting_bytes_ >= urgent_bytes_;
}

// The first line sets the writer's alarm; after that only what cannot wait for it is told.
bool LineQueue::should_wake_writer(bool was_empty) {
    const bool wake = asleep_ && (was_empty || is_urgent());
    if (wake) asleep_ = false;
    return wake;
}

bool LineQueue::settled_or_wake(Ticket ticket, std::function<void()> wake) {
    if (!options_.enabled || options_.ack == PredictionLogOptions::Ack::kQueued) return true;
    const Lock lock(mutex_);
    if (ticket <= settled_) return true;
    waiters_.push_back({ticket, std::move(wake)});
    return false;
}

LogLedger LineQueue::ledger() const {
    const Lock lock(mutex_);
    return ledger_;
}

std::string LineQueue::trouble() const {
    const Lock lock(mutex_);
    const auto silent = clock_.monotonic() - writing_since_;
    if (!trouble_.empty() || !working_ || finished_ || silent < kPatience) return trouble_;
    const auto seconds = std::chrono::floor<std::chrono::seconds>(silent).count();
    return "the disk has not answered for " + std::to_string(seconds) + " s";
}

std::uint64_t LineQueue::drain(MonotonicTime deadline) {
    std::vector<Waiter> dropped;  // Destroyed without the lock: who knows what they hold.
    Lock lock(mutex_);
    draining_ = true;
    if (!options_.enabled) finished_ = true;
    asleep_ = false;
    work_.notify_one();
    while (!finished_ && !given_up_) {
        const auto now = clock_.monotonic();
        if (deadline <= now) {
            dropped = give_up();
            break;
        }
        progress_.wait_for(lock, bounded(deadline - now));
    }
    const auto lost = ledger_.lost;
    lock.unlock();
    return lost;
}

std::vector<LineQueue::Waiter> LineQueue::give_up() {
    given_up_ = true;
    ledger_.lost += ledger_.queued + taken_back_;
    ledger_.written -= taken_back_;
    ledger_.queued = 0;
    taken_back_ = 0;
    work_.notify_one();
    progress_.notify_all();
    return std::exchange(waiters_, {});
}

bool LineQueue::hung() const {
    const Lock lock(mutex_);
    return given_up_ && !finished_;
}

LineQueue::Call LineQueue::wait(MonotonicTime until, bool backing_off) {
    Lock lock(mutex_);
    working_ = false;
    const auto call = [&] {
        for (;;) {
            if (given_up_) return Call::kGiveUp;
            if (draining_ && !std::exchange(drain_told_, true)) return Call::kDrain;
            auto due = until;
            if (!backing_off) {
                if (is_urgent()) return Call::kLines;
                if (!waiting_.empty())
                    due = std::min(due, waiting_since_ + options_.flush_interval);
            }
            const auto left = due - clock_.monotonic();
            if (left <= MonotonicTime::duration::zero()) return Call::kDue;
            asleep_ = true;
            work_.wait_for(lock, bounded(left));
            asleep_ = false;
        }
    }();
    working_ = true;
    writing_since_ = clock_.monotonic();
    return call;
}

bool LineQueue::is_drained() const {
    if (!draining_) return false;
    const Lock lock(mutex_);
    return waiting_.empty();
}

LineQueue::Ticket LineQueue::take(LinePieces& pieces, Call call) {
    assert(pieces.empty());
    const Lock lock(mutex_);
    pieces.swap(waiting_);
    waiting_bytes_ = 0;
    if (call == Call::kLines && options_.ack == PredictionLogOptions::Ack::kQueued)
        leave_block_being_filled(pieces);
    return last_ticket_;
}

// Unless it is all there is.
void LineQueue::leave_block_being_filled(LinePieces& taken) {
    const auto left = std::find_if(taken.begin(), taken.end(), [&](const LinePiece& piece) {
        return piece.block == taken.back().block;
    });
    if (left == taken.begin()) return;
    waiting_.assign(left, taken.end());
    taken.erase(left, taken.end());
    for (const LinePiece& piece : waiting_) waiting_bytes_ += piece.bytes;
    waiting_since_ = filling_since_;
}

void LineQueue::line_up(Partition partition, std::uint64_t file_bytes) {
    const Lock lock(mutex_);
    for (const LinePiece& piece : waiting_)
        if (piece.partition == partition) file_bytes += piece.bytes;
    memory_.line_up(partition, file_bytes);
}

void LineQueue::release(const LinePieces& pieces) {
    LineBlocks dead;  // Freed without the lock.
    const Lock lock(mutex_);
    for (const LinePiece& piece : pieces) {
        ledger_.queue_bytes -= piece.bytes;
        memory_.let_go(piece, dead);
    }
    writing_since_ = clock_.monotonic();
}

void LineQueue::trim() {
    LineBlocks dead;
    const Lock lock(mutex_);
    memory_.trim(dead);
}

LinePiece LineQueue::repacked(const LinePiece& piece) {
    LineBlocks dead;
    const Lock lock(mutex_);
    return memory_.repacked(piece, dead);
}

void LineQueue::note_written(const LinePieces& pieces) {
    const Lock lock(mutex_);
    writing_since_ = clock_.monotonic();
    for (const LinePiece& piece : pieces) {
        if (!piece.counted) ledger_.written_bytes += piece.bytes;
        // What drain() has given up may come to be written after all: then it is not lost.
        auto& from = given_up_ ? ledger_.lost : piece.counted ? taken_back_ : ledger_.queued;
        from -= piece.events;
        if (given_up_ || !piece.counted) ledger_.written += piece.events;
    }
}

void LineQueue::note_taken_back(std::uint64_t events) {
    const Lock lock(mutex_);
    if (given_up_) {
        ledger_.written -= events;
        ledger_.lost += events;
    } else {
        taken_back_ += events;
    }
}

void LineQueue::note_alive() {
    const Lock lock(mutex_);
    writing_since_ = clock_.monotonic();
}

void LineQueue::note_error(const IoError& error) {
    const Lock lock(mutex_);
    ++ledger_.errors[error.operation];
}

bool LineQueue::note_trouble(const IoError& error) {
    const Lock lock(mutex_);
    ++ledger_.errors[error.operation];
    const auto before = std::exchange(trouble_, to_string(error));
    return before != trouble_;
}

bool LineQueue::note_no_trouble() {
    if (trouble_.empty()) return false;  // Nobody but this thread changes it.
    const Lock lock(mutex_);
    return !std::exchange(trouble_, {}).empty();
}

void LineQueue::note_torn(std::uint64_t bytes) {
    const Lock lock(mutex_);
    ledger_.torn_bytes += bytes;
}

void LineQueue::note_unshipped_deleted() {
    const Lock lock(mutex_);
    ++ledger_.unshipped_deleted;
}

void LineQueue::note_open_partitions(std::size_t count) {
    const Lock lock(mutex_);
    ledger_.open_partitions = count;
}

void LineQueue::settle(Ticket ticket) {
    if (options_.ack == PredictionLogOptions::Ack::kQueued) return;
    std::vector<Waiter> settled;
    {
        const Lock lock(mutex_);
        settled_ = ticket;
        const auto end = std::stable_partition(waiters_.begin(), waiters_.end(),
                                               [&](const auto& w) { return w.ticket <= ticket; });
        settled.assign(std::move_iterator(waiters_.begin()), std::move_iterator(end));
        waiters_.erase(waiters_.begin(), end);
    }
    for (const Waiter& waiter : settled) waiter.wake();
}

void LineQueue::note_finished() {
    const Lock lock(mutex_);
    finished_ = true;
    progress_.notify_all();
}

}  // namespace boxkited
