#pragma once

#include <array>
#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.h"
#include "event/event_decoder.h"
#include "event/identity.h"
#include "event/prediction_id.h"
#include "event/refusal.h"
#include "event/transport.h"
#include "ingest/limits.h"
#include "monitor/live_distributions.h"
#include "prediction_log/feature_form.h"
#include "prediction_log/line_batch.h"
#include "prediction_log/prediction_log.h"
#include "prediction_log/sampling.h"

namespace boxkited {

// How many events were refused, by Refusal::Reason.
using RefusalTally = std::array<std::uint64_t, kRefusalReasons.size()>;

// What became of one request.
struct Outcome {
    // Set when the request as a whole was refused: then nothing of it is counted or logged.
    std::optional<Refusal> refused;

    std::uint64_t accepted = 0;
    std::uint64_t rejected = 0;
    RefusalTally refusals{};

    struct EventError {
        std::uint64_t index;  // Of the event in its batch, from 0.
        std::string reason;
    };
    std::vector<EventError> errors;  // The first kShownErrors of them.
    static constexpr std::size_t kShownErrors = 100;

    // The ids of all events as a JSON array, null where refused; only when asked for, or of one
    // event alone: then its id as a JSON string.
    std::string ids_json;

    std::optional<PredictionLog::Ticket> ticket;  // When something was accepted.
};

// Takes the events of one I/O thread.
//
//     body --decode--> events --observe--> LiveDistributions   seen by the next scrape
//                            \--append---> PredictionLog       on disk within flush_interval
//
// Threads: one at a time.
class Pipeline {
public:
    Pipeline(LiveDistributions& live, PredictionLog& log, const Identity& identity,
             const Clock& clock, IngestLimits limits, unsigned thread);

    // kStream is a piece of an endless kLines: it has no largest number of events, and may have
    // none.
    enum class Form { kEvent, kArray, kLines, kStream };
    // An array is told from a single event by its first byte.
    static Form form_of_json(std::string_view body);

    // Takes the events of a request: all that are good are counted and logged together, or, when
    // the log has no room, none. The outcome holds until the next call.
    const Outcome& accept(Form form, std::string_view body, Transport transport, bool want_ids);

private:
    bool begin(std::string_view body);
    void take_all(Observation& observation);
    void hand_over(Observation& observation);
    void take(const PredictionEvent& event, Observation& observation);
    void write_line(const PredictionEvent& event, std::string_view id_json, std::string_view entity,
                    WallTime time, const Observation& observation);
    void refuse(const Refusal& refusal);
    void refuse_taken(Refusal refusal);
    void refuse_request(Refusal refusal, std::uint64_t events);
    void begin_id();
    std::uint64_t events_seen() const { return outcome_.accepted + outcome_.rejected; }
    std::optional<Refusal> check_time(const PredictionEvent& event) const;

    LiveDistributions& live_;
    PredictionLog& log_;
    const std::string server_id_;
    const Clock& clock_;
    const IngestLimits limits_;
    const std::chrono::microseconds oldest_;  // How far back an event's time may lie.
    const unsigned thread_;

    const Sampling sampling_;
    const LineFields fields_;
    FeatureForm features_;
    const bool writes_as_sent_;  // All members, as they are; or the log is off.

    EventDecoder decoder_;
    PredictionIdMaker ids_;
    LineBatch lines_;

    // Of the request at hand.
    Form form_ = Form::kEvent;
    Transport transport_ = Transport::kHttp;
    bool want_ids_ = false;
    WallTime now_;
    Outcome outcome_;
};

}  // namespace boxkited
