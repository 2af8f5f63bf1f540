#include "daemon/drift_service.h"

#include <malloc.h>

#include <algorithm>
#include <system_error>
#include <utility>

#include "base/log.h"
#include "base/thread_priority.h"
#include "daemon/drift_json.h"

namespace boxkited {

namespace {

constexpr std::chrono::minutes kSaveInterval{1};

}  // namespace

DriftService::DriftService(const DriftSettings& settings, const MonitorLimits& limits,
                           LiveDistributions& live, const Clock& clock, WindowsFile* file)
    : settings_(settings),
      live_(live),
      clock_(clock),
      file_(file),
      rules_(settings.rules),
      windows_(settings.windows, clock.monotonic(), live.snapshot()),
      next_evaluation_(clock.monotonic()),
      next_save_(next_evaluation_ + kSaveInterval) {
    restore(limits);
}

void DriftService::start() {
    thread_ = std::jthread([this](std::stop_token stop) {
        stop_ = std::move(stop);
        run();
    });
}

DriftService::~DriftService() {
    {
        const auto shared = shared_.lock();  // So that who looks and then waits does not miss it.
        thread_.request_stop();
    }
    changed_.notify_one();
    if (thread_.joinable()) thread_.join();
    packer_.request_stop();
    save();
}

std::size_t DriftService::most_bytes(const DriftSettings& settings, const MonitorLimits& limits,
                                     const Layout& layout) {
    return Windows::most_bytes(settings.windows.size(), layout.slots() + limits.new_bins_total);
}

void DriftService::run_soon(std::function<void()> work) {
    shared_.lock()->work.push_back(std::move(work));
    changed_.notify_one();
}

void DriftService::reload(const DriftOptions& rules) {
    auto shared = shared_.lock();
    shared->new_rules = rules;
    shared->json = nullptr;
    changed_.notify_one();
    reloaded_.wait(shared.lock(), [&] { return !shared->new_rules; });
}

void DriftService::run() {
    // The first scrape waits for both.
    judge();
    do_work();
    become_background_thread();
    while (!is_stopping()) {
        take_requests();
        judge();
        settle_reload();
        do_work();
        wait();
    }
}

void DriftService::take_requests() {
    const auto shared = shared_.lock();
    if (!shared->new_rules) return;
    rules_ = *shared->new_rules;
    evaluator_ = nullptr;
    next_evaluation_ = clock_.monotonic();
    is_reloading_ = true;
}

void DriftService::settle_reload() {
    if (!std::exchange(is_reloading_, false)) return;
    shared_.lock()->new_rules.reset();
    reloaded_.notify_all();
}

void DriftService::do_work() {
    const auto work = std::exchange(shared_.lock()->work, {});
    for (const auto& each : work) each();
}

void DriftService::judge() {
    const MonotonicTime now = clock_.monotonic();
    const WallTime at = clock_.now();
    const LiveSnapshot snapshot = live_.snapshot();
    windows_.advance(now, snapshot);
    if (now >= next_evaluation_) evaluate(now, snapshot, at);
    if (now >= next_save_) {
        save();
        next_save_ = now + kSaveInterval;
    }
}

void DriftService::wait() {
    const MonotonicTime next = std::min({next_evaluation_, windows_.next_step(), next_save_});
    auto shared = shared_.lock();
    changed_.wait_until(shared.lock(), next, [&] {
        return is_stopping() || shared->new_rules || !shared->work.empty();
    });
}

void DriftService::evaluate(MonotonicTime now, const LiveSnapshot& snapshot, WallTime at) {
    // A reload may have changed the baseline, or the rules.
    if (evaluator_ == nullptr || evaluator_->layout() != snapshot.layout)
        evaluator_ = std::make_unique<Evaluator>(snapshot.layout, rules_);
    evaluation_ = evaluator_->evaluate(windows_.counts(now, snapshot), snapshot.new_bins, at);
    if (lines_ == nullptr || !lines_->suit(evaluation_)) {
        lines_ = std::make_shared<const DriftLines>(evaluation_);
        begin_packing();
    }
    show_drift();
    history_.add(evaluation_);
    distributions_ = nullptr;
    shared_.lock()->json = nullptr;
    next_evaluation_ += settings_.evaluation_interval;
    // Those that are late already are left out.
    if (next_evaluation_ <= now) next_evaluation_ = now + settings_.evaluation_interval;
}

void DriftService::show_drift() {
    auto text = packed_ != nullptr ? std::make_shared<const DriftText>(packed_, evaluation_)
                                   : std::make_shared<const DriftText>(lines_, evaluation_);
    std::swap(texts_.lock()->drift, text);  // The old one goes when the lock is open again.
}

// Until the texts are packed a scrape with gzip deflates all of them anew. It is done once for each
// baseline, on a thread of its own: it takes longer than anybody should wait for a scrape, or for
// the end.
void DriftService::begin_packing() {
    packed_ = nullptr;
    packer_ = std::jthread();  // An earlier one ends first: it is told to stop.
    try {
        packer_ = std::jthread(
            [this, lines = lines_](const std::stop_token& stop) { pack_texts(lines, stop); });
    } catch (const std::system_error& error) {
        log::warning("scrapes with gzip will take longer: no thread to pack their text",
                     {{"error", error.what()}});
    }
}

void DriftService::pack_texts(const std::shared_ptr<const DriftLines>& lines,
                              const std::stop_token& stop) {
    become_background_thread();
    if (!has_packed_distributions(*lines->layout())) {
        const auto text = std::make_shared<DistributionsText>(lines->layout());
        text->pack(stop);
        if (stop.stop_requested()) return;
        texts_.lock()->distributions = text;
    }
    const auto packed = PackedDriftLines::make(lines, stop);
    if (packed == nullptr) return;
    run_soon([this, packed] {
        if (packed->lines() != lines_) return;  // A reload has put another in its place.
        packed_ = packed;
        show_drift();
        packer_.join();
        malloc_trim(0);  // Packing takes some times what it leaves.
    });
}

bool DriftService::has_packed_distributions(const Layout& layout) const {
    const auto known = distributions();
    return known != nullptr && known->layout().get() == &layout;
}

void DriftService::answer(http::Response& response) {
    const Json json = shared_.lock()->json;
    if (json != nullptr) {
        response.shared_body = json;
    } else {
        response.hold = hold([this] { return rendered_json(); }, "");
    }
}

void DriftService::answer_distributions(std::string window, http::Response& response) {
    std::string missing = "window: there is no `" + window + "`";
    response.hold =
        hold([this, window = std::move(window)] { return rendered_distributions(window); },
             std::move(missing));
}

void DriftService::answer_history(std::string metric_name, http::Response& response) {
    std::string missing = "metric_name: there is no `" + metric_name + "`";
    response.hold =
        hold([this, metric_name = std::move(metric_name)] { return rendered_history(metric_name); },
             std::move(missing));
}

std::shared_ptr<http::Hold> DriftService::hold(std::function<Json()> render, std::string missing) {
    const auto json = std::make_shared<Guarded<Json>>();
    auto hold = std::make_shared<http::Hold>();
    hold->at_most = std::chrono::seconds(60);
    hold->settled_or_wake = [this, json, render = std::move(render)](auto wake) {
        run_soon([json, render, wake = std::move(wake)] {
            *json->lock() = render();
            wake();
        });
        return false;
    };
    hold->on_settled = [json, missing = std::move(missing)](http::Response& response) {
        response.shared_body = *json->lock();
        if (response.shared_body == nullptr) response = http::error_response(404, missing);
    };
    hold->on_timeout = [](http::Response& response) {
        response = http::error_response(504, "drift is not evaluated yet");
    };
    return hold;
}

DriftService::Json DriftService::rendered_json() {
    if (const Json known = shared_.lock()->json) return known;
    const auto json = std::make_shared<const std::string>(drift_json(evaluation_, *evaluator_));
    auto shared = shared_.lock();
    if (!shared->new_rules) shared->json = json;  // Else it is of what a reload has ended.
    return json;
}

DriftService::Json DriftService::rendered_distributions(const std::string& window) {
    if (distributions_ != nullptr && shown_window_ == window) return distributions_;
    auto text = drift_distributions_json(evaluation_, *evaluator_, window);
    if (!text) return nullptr;
    shown_window_ = window;
    distributions_ = std::make_shared<const std::string>(*std::move(text));
    return distributions_;
}

DriftService::Json DriftService::rendered_history(const std::string& metric_name) const {
    auto text = history_.json(metric_name);
    return text ? std::make_shared<const std::string>(*std::move(text)) : nullptr;
}

void DriftService::restore(const MonitorLimits& limits) {
    if (file_ == nullptr) return;
    const auto layout = live_.snapshot().layout;
    const std::size_t most_names = limits.new_bins_total * (limits.bin_name_bytes + 16);
    const auto bytes = file_->read(most_bytes(settings_, limits, *layout) + most_names + 4096);
    const auto leave_aside = [&](const std::string& reason) {
        log::warning("windows of the last run are left aside",
                     {{"file", file_->path().string()}, {"reason", reason}});
        file_->set_aside();
    };
    if (!bytes) return leave_aside(to_string(bytes.error()));
    if (!*bytes) return;
    const auto saved = unpack(**bytes, *layout);
    if (!saved) return leave_aside(saved.error());

    live_.make_bins(saved->state.bins);
    const auto since = std::max(clock_.now() - saved->saved_at, std::chrono::microseconds(0));
    windows_.restore(saved->state, clock_.monotonic(), since, live_.snapshot());
    log::info("windows of the last run go on", {{"file", file_->path().string()}});
}

void DriftService::save() {
    if (file_ == nullptr) return;
    const MonotonicTime now = clock_.monotonic();
    const LiveSnapshot snapshot = live_.snapshot();
    windows_.advance(now, snapshot);
    file_->save(pack(windows_.state(now, snapshot), *snapshot.layout, clock_.now()));
}

}  // namespace boxkited
