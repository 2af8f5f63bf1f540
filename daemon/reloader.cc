#include "daemon/reloader.h"

#include <unistd.h>

#include <csignal>
#include <nlohmann/json.hpp>
#include <utility>

namespace boxkited {

namespace {

void write_outcome(const ReloadOutcome& outcome, http::Response& response) {
    if (!outcome.error.empty()) {
        response = http::error_response(500, outcome.error);
        return;
    }
    nlohmann::ordered_json body{{"reloaded", true}};
    if (!outcome.needs_restart.empty()) body["needs_restart"] = outcome.needs_restart;
    response.body = body.dump();
}

}  // namespace

std::shared_ptr<http::Hold> Reloader::ask() {
    const auto outcome = std::make_shared<Guarded<ReloadOutcome>>();
    auto hold = std::make_shared<http::Hold>();
    hold->at_most = std::chrono::seconds(60);
    hold->settled_or_wake = [this, outcome](std::function<void()> wake) {
        waiting_.lock()->push_back({outcome, std::move(wake)});
        kill(getpid(), SIGHUP);
        return false;
    };
    hold->on_settled = [outcome](http::Response& response) {
        write_outcome(*outcome->lock(), response);
    };
    hold->on_timeout = [](http::Response& response) {
        response = http::error_response(504, "the reload has not ended yet");
    };
    return hold;
}

void Reloader::run(const std::function<ReloadOutcome()>& reload) {
    const std::vector<Waiter> waiters = std::exchange(*waiting_.lock(), {});
    const ReloadOutcome outcome = reload();
    *last_error_.lock() = outcome.error;
    for (const Waiter& waiter : waiters) {
        *waiter.outcome->lock() = outcome;
        waiter.wake();
    }
}

}  // namespace boxkited
