#include "daemon/routes.h"

#include <nlohmann/json.hpp>
#include <numeric>

#include "base/ascii_text.h"
#include "base/utc_text.h"
#include "daemon/admin_gate.h"
#include "daemon/metrics_route.h"
#include "daemon/page_route.h"
#include "daemon/version.h"

namespace boxkited {

namespace {

using http::Request;
using http::Response;
using nlohmann::ordered_json;

constexpr std::string_view kJsonOk = R"({"status":"ok"})";
constexpr std::string_view kPlainText = "text/plain; version=0.0.4; charset=utf-8";

// Feature names and paths hold what they hold; a status is JSON all the same.
std::string dump(const ordered_json& json) {
    return json.dump(-1, ' ', false, ordered_json::error_handler_t::replace);
}

ordered_json identity_json(const Identity& identity) {
    return {{"endpoint_id", identity.endpoint_id},
            {"logger_id", identity.logger_id},
            {"replica_id", identity.replica_id},
            {"server_id", identity.server_id}};
}

ordered_json baseline_json(const LoadedBaseline& loaded) {
    if (loaded.path.empty()) return nullptr;
    return {{"path", loaded.path},
            {"loaded_at", utc_text(loaded.loaded_at)},
            {"modified_at",
             loaded.modified_at ? ordered_json(utc_text(*loaded.modified_at)) : ordered_json()},
            {"variables", loaded.baseline->variables.size()}};
}

std::uint64_t accepted(const LogLedger& ledger) {
    return std::accumulate(ledger.accepted.begin(), ledger.accepted.end(), std::uint64_t{0});
}

ordered_json log_json(const PredictionLog& log) {
    if (!log.options().enabled) return nullptr;
    const LogLedger ledger = log.ledger();
    const std::string trouble = log.trouble();
    return {{"directory", log.options().directory.string()},
            {"events_written", ledger.written},
            {"events_lost", ledger.lost},
            {"written_bytes", ledger.written_bytes},
            {"open_partitions", ledger.open_partitions},
            {"trouble", trouble.empty() ? ordered_json() : ordered_json(trouble)}};
}

ordered_json ship_json(const Shipper* shipper) {
    if (shipper == nullptr) return nullptr;
    const ShipLedger ledger = shipper->ledger();
    const std::string trouble = shipper->trouble();
    return {{"files", ledger.files},
            {"bytes", ledger.bytes},
            {"waiting_files", ledger.waiting_files},
            {"waiting_bytes", ledger.waiting_bytes},
            {"trouble", trouble.empty() ? ordered_json() : ordered_json(trouble)}};
}

ordered_json queue_json(const PredictionLog& log) {
    const LogLedger ledger = log.ledger();
    return {{"events", ledger.queued},
            {"bytes", ledger.queue_bytes},
            {"capacity_bytes", ledger.queue_capacity_bytes}};
}

void answer_livez(Response& response) { response.body = kJsonOk; }

void answer_readyz(const RouteContext& context, Response& response) {
    if (context.draining) {
        response = http::error_response(503, "draining");
    } else {
        response.body = kJsonOk;
    }
}

void answer_healthz(const RouteContext& context, Response& response) {
    const std::string trouble = context.log.trouble();
    if (!trouble.empty()) {
        response = http::error_response(503, "prediction log: " + trouble);
    } else if (const std::string stuck = context.shipper ? context.shipper->trouble() : "";
               !stuck.empty()) {
        response = http::error_response(503, "shipping: " + stuck);
    } else {
        answer_readyz(context, response);
    }
}

class StatusRoute {
public:
    explicit StatusRoute(const RouteContext& context)
        : context_(context), started_(context.clock.monotonic()) {}

    void operator()(const Request&, Response& response) const {
        const auto uptime = context_.clock.monotonic() - started_;
        response.body = dump({{"version", kVersion},
                              {"identity", identity_json(context_.options.identity)},
                              {"uptime_seconds", std::chrono::duration<double>(uptime).count()},
                              {"draining", context_.draining.load()},
                              {"baseline", baseline_json(*context_.baseline.lock())},
                              {"events_accepted", accepted(context_.log.ledger())},
                              {"queue", queue_json(context_.log)},
                              {"log", log_json(context_.log)},
                              {"ship", ship_json(context_.shipper)},
                              {"last_reload_error", last_reload_error()}});
    }

private:
    ordered_json last_reload_error() const {
        const std::string error = context_.reloader.last_error();
        return error.empty() ? ordered_json() : ordered_json(error);
    }

    const RouteContext context_;
    const MonotonicTime started_;
};

// What needs a baseline is not there without one.
bool has_baseline(const RouteContext& context, Response& response) {
    if (!context.baseline.lock()->baseline->variables.empty()) return true;
    response = http::error_response(404, "no baseline is loaded");
    return false;
}

void answer_drift(const RouteContext& context, Response& response) {
    if (has_baseline(context, response)) context.drift.answer(response);
}

void answer_baseline(const RouteContext& context, Response& response) {
    if (!has_baseline(context, response)) return;
    const auto baseline = context.baseline.lock()->baseline;
    response.content_type = kPlainText;
    response.body = to_prometheus_text(*baseline);
}

// The value of one parameter of a query; names of windows and metrics need no escapes.
std::string parameter(std::string_view query, std::string_view name) {
    while (!query.empty()) {
        std::string_view value = take_part(query, '&');
        if (take_part(value, '=') == name) return std::string(value);
    }
    return "";
}

void answer_distributions(const RouteContext& context, const Request& request, Response& response) {
    if (!has_baseline(context, response)) return;
    context.drift.answer_distributions(parameter(request.query, "window"), response);
}

void answer_history(const RouteContext& context, const Request& request, Response& response) {
    if (!has_baseline(context, response)) return;
    std::string metric_name = parameter(request.query, "metric_name");
    if (metric_name.empty()) {
        response = http::error_response(400, "metric_name: expected one of those of /v1/drift");
    } else {
        context.drift.answer_history(std::move(metric_name), response);
    }
}

http::Handler behind_gate(const RouteContext& context, http::Handler handler) {
    return [gate = AdminGate(context.options.admin_hosts), handler = std::move(handler)](
               const Request& request, Response& response) {
        const std::string refusal = gate.refusal(request.host, request.origin);
        if (refusal.empty()) {
            handler(request, response);
        } else {
            response = http::error_response(403, refusal);
        }
    };
}

}  // namespace

std::vector<http::Route> make_routes(const RouteContext& context) {
    const auto admin = [&](std::string method, std::string path, http::Handler handler) {
        return http::Route{std::move(method), std::move(path), kServesAdmin,
                           behind_gate(context, std::move(handler))};
    };
    constexpr std::uint32_t kEveryListener = 0;
    return {
        {"POST", "/v1/predictions", kServesPredictions,
         [context](const Request& request, Response& response) {
             context.predictions.answer(request, response);
         }},
        {"GET", "/metrics", kServesMetrics,
         MetricsRoute(context.live, context.drift, context.log, context.shipper, context.metrics)},
        {"GET", "/livez", kEveryListener,
         [](const Request&, Response& response) { answer_livez(response); }},
        {"GET", "/readyz", kEveryListener,
         [context](const Request&, Response& response) { answer_readyz(context, response); }},
        {"GET", "/healthz", kEveryListener,
         [context](const Request&, Response& response) { answer_healthz(context, response); }},
        admin("GET", "/v1/status", StatusRoute(context)),
        admin(
            "GET", "/v1/baseline",
            [context](const Request&, Response& response) { answer_baseline(context, response); }),
        admin("GET", "/v1/drift",
              [context](const Request&, Response& response) { answer_drift(context, response); }),
        admin("GET", "/v1/drift/distributions",
              [context](const Request& request, Response& response) {
                  answer_distributions(context, request, response);
              }),
        admin("GET", "/v1/drift/history",
              [context](const Request& request, Response& response) {
                  answer_history(context, request, response);
              }),
        admin("GET", "/", PageRoute()),
        admin("POST", "/-/reload",
              [context](const Request&, Response& response) {
                  if (context.draining) {
                      response = http::error_response(503, "draining");
                  } else {
                      response.hold = context.reloader.ask();
                  }
              }),
    };
}

}  // namespace boxkited
