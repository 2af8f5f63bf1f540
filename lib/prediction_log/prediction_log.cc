#include "prediction_log/prediction_log.h"

#include <unistd.h>

#include <cerrno>
#include <utility>

#include "prediction_log/line_queue.h"
#include "prediction_log/log_writer.h"
#include "prediction_log/partition_path.h"

namespace boxkited {

namespace {

// Whether files can be made there. A full disk is no reason not to start: it may have room later.
Result<void, IoError> check_writable(const std::filesystem::path& probe, Storage& storage) {
    if (const auto made = storage.open(probe, Storage::Missing::kCreate); !made) {
        const int code = made.error().code;
        if (code == ENOSPC || code == EDQUOT) return {};
        return Failure{made.error()};
    }
    return storage.remove(probe);
}

Result<std::unique_ptr<FileLock>, IoError> take_directory(const PredictionLogOptions& options,
                                                          const Identity& identity,
                                                          Storage& storage) {
    const auto endpoint = endpoints_directory(options.directory) / identity.endpoint_id;
    const auto hidden = "." + writer_name(identity);
    if (auto made = storage.create_directories(endpoint); !made) return Failure{made.error()};
    auto lock = storage.lock(endpoint / (hidden + ".lock"), "pid " + std::to_string(::getpid()));
    if (!lock) return lock;
    if (auto good = check_writable(endpoint / (hidden + ".probe"), storage); !good)
        return Failure{good.error()};
    return lock;
}

}  // namespace

Result<std::unique_ptr<PredictionLog>, IoError> PredictionLog::open(PredictionLogOptions options,
                                                                    const Identity& identity,
                                                                    const Clock& clock,
                                                                    Storage& storage) {
    std::unique_ptr<PredictionLog> log(new PredictionLog(std::move(options), clock));
    if (!log->options_.enabled) return log;
    auto lock = take_directory(log->options_, identity, storage);
    if (!lock) return Failure{lock.error()};
    log->writer_ = std::make_unique<LogWriter>(log->options_, identity, clock, storage,
                                               *log->queue_, *std::move(lock));
    return log;
}

PredictionLog::PredictionLog(PredictionLogOptions options, const Clock& clock)
    : options_(std::move(options)), queue_(std::make_unique<LineQueue>(options_, clock)) {}

PredictionLog::~PredictionLog() { drain(MonotonicTime::min()); }

std::optional<PredictionLog::Ticket> PredictionLog::append(const LineBatch& batch,
                                                           Transport transport) {
    return queue_->append(batch, transport);
}

bool PredictionLog::settled_or_wake(Ticket ticket, std::function<void()> wake) {
    return queue_->settled_or_wake(ticket, std::move(wake));
}

LogLedger PredictionLog::ledger() const { return queue_->ledger(); }

std::string PredictionLog::trouble() const { return queue_->trouble(); }

void PredictionLog::call_when_sealed(std::function<void()> wake) {
    if (writer_) writer_->call_when_sealed(std::move(wake));
}

std::uint64_t PredictionLog::drain(MonotonicTime deadline) { return queue_->drain(deadline); }

bool PredictionLog::hung() const { return queue_->hung(); }

}  // namespace boxkited
