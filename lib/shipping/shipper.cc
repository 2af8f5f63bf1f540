#include "shipping/shipper.h"

#include <pthread.h>

#include <algorithm>
#include <cerrno>
#include <csignal>
#include <random>
#include <utility>
#include <vector>

#include "base/log.h"
#include "base/thread_priority.h"
#include "prediction_log/partition_path.h"
#include "shipping/digest.h"
#include "shipping/store_url.h"

namespace boxkited {

namespace {

using Reason = ShipError::Reason;

constexpr std::chrono::minutes kLook{1};
constexpr std::size_t kPieceBytes = 128 << 10;
constexpr unsigned kMostNumbers = 100'000;
constexpr std::size_t kMostRemembered = 1000;

void set_up_thread() {
    pthread_setname_np(pthread_self(), "log-shipper");
    sigset_t all;
    sigfillset(&all);
    pthread_sigmask(SIG_BLOCK, &all, nullptr);
    become_background_thread();
}

bool concerns_one_file(const ShipError& error) {
    return error.reason == Reason::kTooLarge || error.reason == Reason::kLocal ||
           error.reason == Reason::kMismatch;
}

ShipError local(const IoError& error) { return {Reason::kLocal, to_string(error)}; }

}  // namespace

Shipper::Shipper(const ShipOptions& options, PredictionLog& log, const Identity& identity,
                 const Variables& variables, const Clock& clock, Storage& storage)
    : options_(options),
      log_(log),
      endpoint_id_(identity.endpoint_id),
      writer_(writer_name(identity)),
      clock_(clock),
      storage_(storage),
      credentials_(options_, variables, clock),
      store_(options_, credentials_, http_, clock),
      backlog_(endpoints_directory(log.options().directory) / identity.endpoint_id, writer_,
               storage),
      pause_(std::random_device()()),
      thread_([this] { run(); }) {
    log_.call_when_sealed([this] { wake(); });
}

Shipper::~Shipper() {
    log_.call_when_sealed({});
    stop(MonotonicTime::max());
}

void Shipper::wake() {
    state_.lock()->is_woken = true;
    changed_.notify_all();
}

bool Shipper::stop(MonotonicTime deadline) {
    auto state = state_.lock();
    state->is_stopping = true;
    http_.stop();
    changed_.notify_all();
    return changed_.wait_until(state.lock(), deadline, [&] { return state->has_ended; });
}

void Shipper::run() {
    set_up_thread();
    while (wait()) pass();
    state_.lock()->has_ended = true;
    changed_.notify_all();
}

// Until there may be something to do; false at the end.
bool Shipper::wait() {
    auto state = state_.lock();
    const auto now = std::chrono::steady_clock::now();
    const auto until = retry_at_ > now ? std::min(retry_at_, now + kLook) : now + kLook;
    changed_.wait_until(state.lock(), until, [&] { return state->is_woken || state->is_stopping; });
    state->is_woken = false;
    return !state->is_stopping;
}

void Shipper::pass() {
    const auto waiting = look();
    if (!waiting) return note_failure(waiting.error());
    if (std::chrono::steady_clock::now() < retry_at_) return;
    bool all_shipped = true;
    for (const WaitingFile& file : *waiting) {
        if (is_stopping()) return;
        const auto done = ship(file);
        if (done) continue;
        note_failure(done.error());
        // What is wrong with one file need not be with the others.
        if (!concerns_one_file(done.error())) return;
        all_shipped = false;
    }
    if (all_shipped) note_no_trouble();
    if (!waiting->empty()) (void)look();
}

Result<std::vector<WaitingFile>, ShipError> Shipper::look() {
    auto waiting = backlog_.list(clock_.now());
    if (!waiting) return Failure{local(waiting.error())};
    std::erase_if(too_large_, [&](const WaitingFile& file) {
        return std::find(waiting->begin(), waiting->end(), file) == waiting->end();
    });
    auto state = state_.lock();
    ShipLedger& ledger = state->ledger;
    ledger.waiting_files = waiting->size();
    ledger.waiting_bytes = 0;
    for (const WaitingFile& file : *waiting) ledger.waiting_bytes += file.bytes;
    ledger.oldest_end.reset();
    if (!waiting->empty())
        ledger.oldest_end = waiting->front().partition + log_.options().partition;
    return *std::move(waiting);
}

Result<void, ShipError> Shipper::ship(const WaitingFile& file) {
    const auto opened = storage_.open(file.path, Storage::Missing::kFail);
    if (!opened && opened.error().code == ENOENT) return {};  // The retention was here.
    if (!opened) return Failure{local(opened.error())};
    // All of it may have been torn.
    const Result<std::uint64_t, ShipError> sent =
        file.bytes > 0 ? send(**opened, file) : std::uint64_t{0};
    if (!sent) return Failure{sent.error()};
    // The retention may have been here meanwhile, and a file of late events have the name.
    const auto is_there = (*opened)->is_still_at_its_path();
    if (!is_there) return Failure{local(is_there.error())};
    if (*is_there) {
        if (const auto settled = backlog_.settle(file.path, options_.keep_local); !settled)
            return Failure{local(settled.error())};
    }
    note_shipped(file, *sent);
    return {};
}

Result<std::uint64_t, ShipError> Shipper::send(File& file, const WaitingFile& waiting) {
    const auto facts = measure(file, waiting);
    if (!facts) return Failure{facts.error()};
    ObjectBody body(file, waiting.bytes, options_.compression);
    return store(waiting, body, *facts);
}

Result<ObjectFacts, ShipError> Shipper::measure(File& file, const WaitingFile& waiting) {
    const auto too_large = [&] {
        return Failure{ShipError{Reason::kTooLarge,
                                 waiting.path.native() +
                                     ": more than the 5 GiB of one object; smaller "
                                     "prediction_log.partition_minutes makes smaller files"}};
    };
    const bool is_packed = options_.compression != ShipOptions::Compression::kNone;
    if (too_large_.count(waiting) > 0 || (!is_packed && waiting.bytes > kMostObjectBytes))
        return too_large();
    std::vector<char> piece(kPieceBytes);
    // Reads all of it; what comes out goes to `take`.
    const auto each_piece = [&](ShipOptions::Compression compression,
                                auto take) -> Result<void, ShipError> {
        ObjectBody body(file, waiting.bytes, compression);
        for (;;) {
            const auto got = body.read(piece.data(), piece.size());
            if (!got) return Failure{local(got.error())};
            if (is_stopping()) return Failure{ShipError{Reason::kStopped, "stopped"}};
            if (*got == 0) return {};
            take(std::string_view(piece.data(), *got));
        }
    };
    ObjectFacts facts;
    Digest md5(Digest::Kind::kMd5);
    Digest sha256(Digest::Kind::kSha256);
    Digest lines(Digest::Kind::kSha256);
    auto done = each_piece(options_.compression, [&](std::string_view text) {
        facts.bytes += text.size();
        md5.add(text);
        sha256.add(text);
    });
    if (done)
        done = each_piece(ShipOptions::Compression::kNone,
                          [&](std::string_view text) { lines.add(text); });
    if (!done) return Failure{done.error()};
    if (facts.bytes > kMostObjectBytes) {
        too_large_.insert(waiting);
        return too_large();
    }
    facts.md5 = md5.hex();
    facts.sha256 = sha256.hex();
    facts.lines_sha256 = lines.hex();
    return facts;
}

// How many bytes the object has.
Result<std::uint64_t, ShipError> Shipper::store(const WaitingFile& file, ObjectBody& body,
                                                const ObjectFacts& facts) {
    const unsigned own = file_number(file.path.filename().native());
    const auto last = last_numbers_.find(file.partition);
    // At the last one rather than behind it: it may be this file that is there.
    const unsigned first = last == last_numbers_.end() ? own : std::max(own, last->second);
    for (unsigned number = first; number < first + kMostNumbers; ++number) {
        const auto key = key_of(file, number);
        auto found = store_.find(key);
        if (!found) return Failure{found.error()};
        if (*found && !(*found)->is_of_same_lines(facts)) continue;
        if (!*found || !(*found)->is_whole(facts)) {
            if (auto put = store_.put(key, body, facts); !put) return Failure{put.error()};
            found = store_.find(key);
            if (!found) return Failure{found.error()};
        }
        if (*found && (*found)->is_whole(facts)) {
            if (last_numbers_.size() >= kMostRemembered) last_numbers_.clear();
            last_numbers_[file.partition] = number;
            return facts.bytes;
        }
        return Failure{ShipError{Reason::kMismatch,
                                 object_url(options_, key) + " is not what was sent there"}};
    }
    return Failure{ShipError{Reason::kMismatch, file.path.native() + ": the keys of its first " +
                                                    std::to_string(kMostNumbers) +
                                                    " numbers all hold other lines"}};
}

std::string Shipper::key_of(const WaitingFile& file, unsigned number) const {
    std::string key = options_.prefix;
    if (!key.empty()) key += '/';
    key.append("models/predictions/").append(endpoint_id_).append("/");
    key.append(date_name(file.partition)).append("/");
    key.append(file_name(file.partition, writer_, number));
    if (options_.compression == ShipOptions::Compression::kZstd) key.append(".zst");
    return key;
}

void Shipper::note_shipped(const WaitingFile& file, std::uint64_t bytes) {
    log::info("shipped a log file", {{"file", file.path.native()}});
    pause_.reset();
    auto state = state_.lock();
    ShipLedger& ledger = state->ledger;
    ++ledger.files;
    ledger.bytes += bytes;
    --ledger.waiting_files;
    ledger.waiting_bytes -= file.bytes;
}

void Shipper::note_failure(const ShipError& error) {
    if (error.reason == Reason::kStopped) return;
    if (error.reason != Reason::kTooLarge)
        retry_at_ = std::chrono::steady_clock::now() + pause_.next();
    auto state = state_.lock();
    ++state->ledger.failures[static_cast<std::size_t>(error.reason)];
    if (std::exchange(state->trouble, error.text) == error.text) return;
    log::error("log files cannot be shipped", {{"error", error.text}});
}

void Shipper::note_no_trouble() {
    auto state = state_.lock();
    if (std::exchange(state->trouble, {}).empty()) return;
    log::info("log files are shipped again");
}

}  // namespace boxkited
