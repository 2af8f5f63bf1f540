#include "prediction_log/log_writer.h"

#include <pthread.h>

#include <algorithm>
#include <csignal>
#include <utility>

#include "base/log.h"
#include "prediction_log/partition_path.h"
#include "prediction_log/recovery.h"

namespace boxkited {

namespace {

using Ack = PredictionLogOptions::Ack;
using Sync = PredictionLogOptions::Sync;
using Call = LineQueue::Call;
using std::chrono::milliseconds;

constexpr milliseconds kFirstPause{10};
constexpr milliseconds kLongestPause{1000};
constexpr std::chrono::minutes kMaintenance{1};

// Signals are for other threads: here they would only cut write() short.
void set_up_thread() {
    pthread_setname_np(pthread_self(), "log-writer");
    sigset_t all;
    sigfillset(&all);
    pthread_sigmask(SIG_BLOCK, &all, nullptr);
}

}  // namespace

LogWriter::LogWriter(const PredictionLogOptions& options, const Identity& identity,
                     const Clock& clock, Storage& storage, LineQueue& queue,
                     std::unique_ptr<FileLock> lock)
    : options_(options),
      endpoint_(endpoints_directory(options.directory) / identity.endpoint_id),
      writer_(writer_name(identity)),
      clock_(clock),
      storage_(storage),
      queue_(queue),
      lock_(std::move(lock)),
      partitions_(options, endpoint_, writer_, clock, storage, queue),
      retention_(options, clock, storage, queue),
      sealer_(options, endpoint_, writer_, clock, storage, queue),
      maintenance_due_(clock.monotonic()),
      pause_(kFirstPause),
      thread_([this] { run(); }) {}

void LogWriter::run() {
    set_up_thread();
    recover_files(endpoint_, writer_, options_.sync != Sync::kNever, clock_, storage_, queue_);
    for (;;) {
        const Call call = queue_.wait(next_alarm(), retry_at_.has_value());
        if (call == Call::kGiveUp) break;
        pass(call);
        if (queue_.is_drained() && partitions_.is_all_written() && partitions_.is_all_synced())
            break;
    }
    queue_.note_finished();
}

void LogWriter::pass(Call call) {
    if (call == Call::kDrain) pause_ = kFirstPause;
    if (clock_.monotonic() >= maintenance_due_) maintain();

    const auto last = queue_.take(taken_, call);
    partitions_.add(taken_);
    taken_.clear();
    partitions_.write_all();
    if (is_sync_due(call)) partitions_.sync_all();

    if (!partitions_.is_all_written()) return back_off();
    retry_at_.reset();
    pause_ = kFirstPause;
    if (queue_.note_no_trouble()) log::info("the prediction log is written again");
    queue_.settle(last);
}

MonotonicTime LogWriter::next_alarm() const {
    auto alarm = maintenance_due_;
    if (retry_at_) alarm = std::min(alarm, *retry_at_);
    if (!partitions_.is_all_synced())
        alarm = std::min(alarm, partitions_.unsynced_since() + options_.flush_interval);
    return alarm;
}

bool LogWriter::is_sync_due(Call call) const {
    if (options_.sync == Sync::kNever) return false;
    if (options_.sync == Sync::kAlways || options_.ack == Ack::kSynced) return true;
    return call != Call::kLines || queue_.draining() || partitions_.is_sync_due();
}

void LogWriter::back_off() {
    const bool is_first = !retry_at_;
    retry_at_ = clock_.monotonic() + pause_;
    pause_ = std::min(pause_ * 2, kLongestPause);
    // The disk may be full of what is not to be kept any more.
    if (is_first) maintenance_due_ = std::min(maintenance_due_, *retry_at_);
}

void LogWriter::maintain() {
    partitions_.close_idle(kMaintenance);
    const auto in_use = partitions_.open_partitions();
    retention_.run({endpoint_, writer_, in_use});
    sealer_.run(in_use);
    queue_.trim();
    maintenance_due_ = clock_.monotonic() + kMaintenance;
}

}  // namespace boxkited
