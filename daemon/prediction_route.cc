#include "daemon/prediction_route.h"

#include <optional>

#include "base/ascii_text.h"
#include "base/json_text.h"
#include "base/number_text.h"

namespace boxkited {

namespace {

// Nothing for a type that we do not read.
std::optional<Pipeline::Form> form_of(std::string_view content_type, std::string_view body) {
    const std::string_view type = trimmed(take_part(content_type, ';'));
    if (type.empty() || equals_ignoring_case(type, "application/json"))
        return Pipeline::form_of_json(body);
    if (equals_ignoring_case(type, "application/x-ndjson") ||
        equals_ignoring_case(type, "application/ndjson"))
        return Pipeline::Form::kLines;
    return std::nullopt;
}

bool asks_for_ids(std::string_view query) {
    while (!query.empty())
        if (take_part(query, '&') == "ids=true") return true;
    return false;
}

int status_of(Refusal::Reason reason) {
    switch (reason) {
        case Refusal::Reason::kTooLarge:
        case Refusal::Reason::kTooManyEvents:
            return 413;
        case Refusal::Reason::kQueueFull:
            return 503;
        default:
            return 400;
    }
}

void write_errors(const Outcome& outcome, std::string& body) {
    body += "\"errors\":[";
    for (const auto& error : outcome.errors) {
        if (body.back() != '[') body += ',';
        body += "{\"index\":";
        append_integer(body, error.index);
        body += ",\"error\":";
        append_json_string(body, error.reason);
        body += '}';
    }
    body += ']';
}

void write_batch(const Outcome& outcome, http::Response& response) {
    std::string& body = response.body;
    response.status = outcome.accepted > 0 ? 202 : 400;
    body = outcome.accepted > 0 ? "{\"accepted\":"
                                : "{\"error\":\"no event was accepted\",\"accepted\":";
    append_integer(body, outcome.accepted);
    body += ",\"rejected\":";
    append_integer(body, outcome.rejected);
    body += ',';
    write_errors(outcome, body);
    if (!outcome.ids_json.empty()) body.append(",\"prediction_ids\":").append(outcome.ids_json);
    body += '}';
}

void write_refusal(const Refusal& refusal, http::Response& response) {
    response = http::error_response(status_of(refusal.reason), to_string(refusal));
    if (response.status == 503) response.headers.emplace_back("Retry-After", "1");
}

}  // namespace

PredictionRoute::PredictionRoute(const DaemonOptions& options, LiveDistributions& live,
                                 PredictionLog& log, const Clock& clock, OwnMetrics& metrics)
    : log_(log), metrics_(metrics), ack_timeout_(options.ack_timeout) {
    for (const auto& listener : options.http.listeners)
        transports_.push_back(transport_of(listener));
    for (unsigned thread = 0; thread < options.http.threads; ++thread)
        pipelines_.push_back(
            std::make_unique<Pipeline>(live, log, options.identity, clock, options.ingest, thread));
}

void PredictionRoute::answer(const http::Request& request, http::Response& response) {
    const auto form = form_of(request.content_type, request.body);
    if (!form) {
        metrics_.refused(request.listener, request.path, 415);
        response = http::error_response(
            415, "Content-Type: expected application/json or application/x-ndjson, got " +
                     std::string(request.content_type));
        return;
    }
    const Outcome& outcome =
        take(request.thread, request.listener, *form, request.body, asks_for_ids(request.query));
    if (outcome.refused) {
        write_refusal(*outcome.refused, response);
    } else if (*form == Pipeline::Form::kEvent) {
        response.status = 202;
        response.body.assign("{\"prediction_id\":").append(outcome.ids_json).append("}");
    } else {
        write_batch(outcome, response);
    }
    if (outcome.ticket && log_.options().ack != PredictionLogOptions::Ack::kQueued)
        response.hold = hold_until_settled(*outcome.ticket);
}

void PredictionRoute::take_lines(unsigned thread, std::size_t listener, std::string_view lines) {
    take(thread, listener, Pipeline::Form::kStream, lines, false);
}

const Outcome& PredictionRoute::take(unsigned thread, std::size_t listener, Pipeline::Form form,
                                     std::string_view body, bool want_ids) {
    const Transport transport = transports_[listener];
    const Outcome& outcome = pipelines_[thread]->accept(form, body, transport, want_ids);
    if (outcome.refused || outcome.rejected > 0)
        metrics_.count_refusals(transport, outcome.refusals);
    return outcome;
}

std::shared_ptr<http::Hold> PredictionRoute::hold_until_settled(
    PredictionLog::Ticket ticket) const {
    auto hold = std::make_shared<http::Hold>();
    hold->at_most = ack_timeout_;
    hold->settled_or_wake = [&log = log_, ticket](std::function<void()> wake) {
        return log.settled_or_wake(ticket, std::move(wake));
    };
    hold->on_timeout = [](http::Response& response) {
        response.status = 504;
        response.body.replace(0, 1,
                              "{\"error\":\"counted and still queued: the disk has not "
                              "taken it in time\",");
    };
    return hold;
}

}  // namespace boxkited
