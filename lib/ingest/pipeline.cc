#include "ingest/pipeline.h"

#include <algorithm>

#include "prediction_log/log_line.h"

namespace boxkited {

namespace {

// Lines of a stream that are logged together.
constexpr std::uint64_t kStreamPiece = 64 << 10;

constexpr std::chrono::days kOldestEvent{30};
constexpr std::chrono::days kNewestEvent{1};

std::chrono::microseconds oldest_event(const PredictionLogOptions& log) {
    const bool keeps_for_ever = log.retention.count() == 0;
    return keeps_for_ever ? kOldestEvent : std::min(log.retention, kOldestEvent);
}

std::uint64_t& tally_of(RefusalTally& tally, Refusal::Reason reason) {
    return tally[static_cast<std::size_t>(reason)];
}

}  // namespace

Pipeline::Pipeline(LiveDistributions& live, PredictionLog& log, const Identity& identity,
                   const Clock& clock, IngestLimits limits, unsigned thread)
    : live_(live),
      log_(log),
      server_id_(identity.server_id),
      clock_(clock),
      limits_(limits),
      oldest_(oldest_event(log.options())),
      thread_(thread),
      sampling_(log.options().sample),
      fields_(log.options().fields),
      features_(log.options()),
      writes_as_sent_(!log.options().enabled ||
                      (fields_ == LineFields::all() && !features_.changes_any())),
      decoder_(limits.json_depth),
      ids_(identity.server_id) {}

Pipeline::Form Pipeline::form_of_json(std::string_view body) {
    const auto first = body.find_first_not_of(" \t\r\n");
    return first != body.npos && body[first] == '[' ? Form::kArray : Form::kEvent;
}

const Outcome& Pipeline::accept(Form form, std::string_view body, Transport transport,
                                bool want_ids) {
    form_ = form;
    transport_ = transport;
    want_ids_ = want_ids || form == Form::kEvent;
    now_ = clock_.now();
    outcome_ = {};
    lines_.clear();
    if (!begin(body)) return outcome_;

    // What the log cannot hold is counted nowhere: without a commit nothing was observed.
    Observation observation = live_.begin(thread_);
    decoder_.keep_features(observation.feature_count());
    take_all(observation);
    if (!outcome_.refused && !lines_.is_empty()) hand_over(observation);
    return outcome_;
}

// Counts and logs what was taken, or refuses it: of a stream these events, else the whole request.
void Pipeline::hand_over(Observation& observation) {
    const std::uint64_t capacity = log_.options().queue_bytes;
    const auto ticket = log_.append(lines_, transport_);
    if (ticket) {
        outcome_.ticket = ticket;
        observation.commit();
    } else if (lines_.bytes() > capacity) {
        refuse_taken(
            {Refusal::Reason::kTooLarge, "expected at most " + std::to_string(capacity) +
                                             " bytes of log lines, the size of the queue"});
    } else {
        refuse_taken({Refusal::Reason::kQueueFull, "the prediction log has no room"});
    }
    observation.drop();
    lines_.clear();
}

void Pipeline::refuse_taken(Refusal refusal) {
    const std::uint64_t events = lines_.events() + lines_.omitted().events;
    if (form_ != Form::kStream) return refuse_request(std::move(refusal), events);
    outcome_.accepted -= events;
    outcome_.rejected += events;
    tally_of(outcome_.refusals, refusal.reason) += events;
}

bool Pipeline::begin(std::string_view body) {
    if (form_ == Form::kEvent) {
        decoder_.begin_event(body);
    } else if (form_ != Form::kArray) {
        decoder_.begin_lines(body);
    } else if (const auto begun = decoder_.begin_array(body); !begun) {
        refuse_request(begun.error(), 1);
        return false;
    }
    return true;
}

void Pipeline::take_all(Observation& observation) {
    while (const auto event = decoder_.next()) {
        if (events_seen() == limits_.batch_events && form_ != Form::kStream) {
            refuse_request(
                {Refusal::Reason::kTooManyEvents,
                 "expected at most " + std::to_string(limits_.batch_events) + " events in a batch"},
                events_seen() + 1);
            return;
        }
        begin_id();
        const auto bad_time = *event ? check_time(***event) : std::nullopt;
        if (*event && !bad_time) {
            take(***event, observation);
            // A stream has no whole to be taken or refused: what fits is taken.
            if (form_ == Form::kStream && lines_.bytes() >= kStreamPiece) hand_over(observation);
            // Small events can make long lines. These are too many already, whatever follows.
            if (lines_.bytes() > log_.options().queue_bytes && !writes_as_sent_) return;
        } else {
            refuse(bad_time ? *bad_time : event->error());
        }
    }
    if (want_ids_ && form_ != Form::kEvent) outcome_.ids_json += ']';
    if (events_seen() == 0 && !outcome_.refused && form_ != Form::kStream)
        refuse_request({Refusal::Reason::kEmptyBatch, "expected at least one event"}, 1);
}

void Pipeline::begin_id() {
    if (want_ids_ && form_ != Form::kEvent) outcome_.ids_json += events_seen() == 0 ? '[' : ',';
}

void Pipeline::take(const PredictionEvent& event, Observation& observation) {
    observation.stage(event);

    const WallTime time = event.time.value_or(now_);
    const bool has_id = !event.id.empty();
    const std::string_view id = has_id ? event.id_json : ids_.make(time);
    const std::string_view entity = has_id ? entity_of(event.id) : ids_.entity();
    if (sampling_.takes(has_id ? event.id : id) || is_error(event)) {
        write_line(event, id, entity, time, observation);
    } else {
        lines_.omit_event();
    }

    if (want_ids_) outcome_.ids_json.append("\"").append(id).append("\"");
    ++outcome_.accepted;
}

void Pipeline::write_line(const PredictionEvent& event, std::string_view id_json,
                          std::string_view entity, WallTime time, const Observation& observation) {
    if (writes_as_sent_) {
        append_log_line(lines_.text(), event, id_json, entity, server_id_, time, now_);
    } else {
        const auto formed = features_.form(event, observation.feature_names());
        append_log_line(lines_.text(), event, id_json, entity, server_id_, time, now_, formed.json,
                        fields_);
        lines_.omit_values(formed.values_omitted);
    }
    lines_.end_line(partition_of(time, log_.options().partition));
}

void Pipeline::refuse(const Refusal& refusal) {
    if (form_ == Form::kEvent) {
        refuse_request(refusal, 1);
        return;
    }
    if (want_ids_) outcome_.ids_json += "null";
    if (outcome_.errors.size() < Outcome::kShownErrors)
        outcome_.errors.push_back({events_seen(), to_string(refusal)});
    ++outcome_.rejected;
    ++tally_of(outcome_.refusals, refusal.reason);
}

void Pipeline::refuse_request(Refusal refusal, std::uint64_t events) {
    RefusalTally refusals = outcome_.refusals;
    tally_of(refusals, refusal.reason) += events;
    outcome_ = {};
    outcome_.refusals = refusals;
    outcome_.refused = std::move(refusal);
}

std::optional<Refusal> Pipeline::check_time(const PredictionEvent& event) const {
    if (!event.time) return std::nullopt;
    if (*event.time >= now_ - oldest_ && *event.time <= now_ + kNewestEvent) return std::nullopt;
    return Refusal{Refusal::Reason::kBadTimestamp,
                   "timestamp: expected a time that the log keeps, from " +
                       std::to_string(std::chrono::floor<std::chrono::days>(oldest_).count()) +
                       " days ago to 1 day ahead"};
}

}  // namespace boxkited
