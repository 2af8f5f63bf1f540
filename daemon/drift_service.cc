#include "daemon/drift_service.h"

#include <algorithm>
#include <cerrno>
#include <utility>

#include "base/atomic_file.h"
#include "base/log.h"
#include "daemon/drift_json.h"

namespace boxkited {

namespace {

constexpr std::chrono::minutes kSaveInterval{1};
constexpr std::size_t kLargestState = std::size_t{4} << 30;

}  // namespace

DriftService::DriftService(const DriftSettings& settings, const Identity& identity,
                           LiveDistributions& live, const Clock& clock, Storage& storage)
    : settings_(settings),
      identity_(identity),
      live_(live),
      clock_(clock),
      storage_(storage),
      rules_(settings.rules),
      windows_(settings.windows, clock.monotonic(), live.snapshot()),
      next_evaluation_(clock.monotonic()),
      next_save_(next_evaluation_ + kSaveInterval) {
    restore();
    judge();
    thread_ = std::jthread([this] { run(); });
}

DriftService::~DriftService() { stop(MonotonicTime::max()); }

bool DriftService::stop(MonotonicTime deadline) {
    auto shared = shared_.lock();
    shared->stopping = true;
    changed_.notify_one();
    return stopped_.wait_until(shared.lock(), deadline, [&] { return shared->stopped; });
}

void DriftService::reload(const DriftOptions& rules) {
    {
        auto shared = shared_.lock();
        shared->new_rules = rules;
        shared->json = nullptr;
    }
    changed_.notify_one();
}

void DriftService::run() {
    while (take_requests()) {
        judge();
        render_json();
        wait();
    }
    save();
    shared_.lock()->stopped = true;
    stopped_.notify_all();
}

// False: it is time to end.
bool DriftService::take_requests() {
    auto shared = shared_.lock();
    if (!shared->new_rules) return !shared->stopping;
    rules_ = *std::exchange(shared->new_rules, std::nullopt);
    evaluator_ = nullptr;
    next_evaluation_ = clock_.monotonic();
    return !shared->stopping;
}

void DriftService::judge() {
    const MonotonicTime now = clock_.monotonic();
    const LiveSnapshot snapshot = live_.snapshot();
    windows_.advance(now, snapshot);
    if (now >= next_evaluation_) evaluate(now, snapshot);
    if (now >= next_save_) {
        save();
        next_save_ = now + kSaveInterval;
    }
}

void DriftService::wait() {
    const MonotonicTime next = std::min({next_evaluation_, windows_.next_step(), next_save_});
    auto shared = shared_.lock();
    changed_.wait_until(shared.lock(), next, [&] {
        return shared->stopping || shared->new_rules || !shared->waiters.empty();
    });
}

void DriftService::evaluate(MonotonicTime now, const LiveSnapshot& snapshot) {
    // A reload may have changed the baseline, or the rules.
    if (evaluator_ == nullptr || evaluator_->layout() != snapshot.layout)
        evaluator_ = std::make_unique<Evaluator>(snapshot.layout, rules_);
    evaluation_ =
        evaluator_->evaluate(windows_.counts(now, snapshot), snapshot.new_bins, clock_.now());
    *text_.lock() = std::make_shared<const DriftText>(evaluation_);
    shared_.lock()->json = nullptr;
    next_evaluation_ += settings_.evaluation_interval;
    // Those that are late already are left out.
    if (next_evaluation_ <= now) next_evaluation_ = now + settings_.evaluation_interval;
}

void DriftService::answer(http::Response& response) {
    const Json json = shared_.lock()->json;
    if (json != nullptr) {
        response.body = *json;
    } else {
        response.hold = hold();
    }
}

std::shared_ptr<http::Hold> DriftService::hold() {
    const auto json = std::make_shared<Guarded<Json>>();
    auto hold = std::make_shared<http::Hold>();
    hold->at_most = std::chrono::seconds(60);
    hold->settled_or_wake = [this, json](std::function<void()> wake) {
        shared_.lock()->waiters.push_back({json, std::move(wake)});
        changed_.notify_one();
        return false;
    };
    hold->on_settled = [json](http::Response& response) { response.body = **json->lock(); };
    hold->on_timeout = [](http::Response& response) {
        response = http::error_response(504, "drift is not evaluated yet");
    };
    return hold;
}

void DriftService::render_json() {
    std::vector<Waiter> waiters;
    Json json;
    {
        auto shared = shared_.lock();
        waiters = std::exchange(shared->waiters, {});
        json = shared->json;
    }
    if (waiters.empty()) return;
    if (json == nullptr) {
        json = std::make_shared<const std::string>(drift_json(evaluation_, *evaluator_));
        auto shared = shared_.lock();
        if (!shared->new_rules) shared->json = json;  // Else it is of what a reload has ended.
    }
    for (const Waiter& waiter : waiters) {
        *waiter.json->lock() = json;
        waiter.wake();
    }
}

std::filesystem::path DriftService::state_file() const {
    return settings_.state_directory / (identity_.endpoint_id + "_" + identity_.logger_id + "-" +
                                        identity_.replica_id + ".windows");
}

void DriftService::restore() {
    if (settings_.state_directory.empty()) return;
    const auto bytes = read_file(storage_, state_file(), kLargestState);
    if (!bytes && bytes.error().code == ENOENT) return;
    const auto left_aside = [&](const std::string& reason) {
        log::warning("windows of the last run are left aside",
                     {{"file", state_file().string()}, {"reason", reason}});
    };
    if (!bytes) return left_aside(to_string(bytes.error()));
    const auto saved = unpack(*bytes, *live_.snapshot().layout);
    if (!saved) return left_aside(saved.error());

    live_.make_bins(saved->state.bins);
    const auto since = std::max(clock_.now() - saved->saved_at, std::chrono::microseconds(0));
    windows_.restore(saved->state, clock_.monotonic(), since, live_.snapshot());
    log::info("windows of the last run go on", {{"file", state_file().string()}});
}

void DriftService::save() {
    if (settings_.state_directory.empty()) return;
    const MonotonicTime now = clock_.monotonic();
    const LiveSnapshot snapshot = live_.snapshot();
    windows_.advance(now, snapshot);
    const auto saved =
        replace_file(storage_, state_file(),
                     pack(windows_.state(now, snapshot), *snapshot.layout, clock_.now()));
    if (!saved) log::error("windows cannot be saved", {{"reason", to_string(saved.error())}});
}

}  // namespace boxkited
