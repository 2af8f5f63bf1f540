#pragma once

#include <limits>
#include <string_view>
#include <unordered_set>

#include "event/prediction_event.h"
#include "event/value_reader.h"

namespace boxkited {

// Reads one event, field by field.
//
// Threads: one at a time.
class EventReader {
public:
    explicit EventReader(std::size_t json_depth) : values_(json_depth) {}

    // Of features in array form.
    void keep_features(std::size_t count) { kept_features_ = count; }

    // Reads the event at the cursor and steps behind it. False: refusal() says why.
    bool read(TokenCursor cursor);

    const PredictionEvent& event() const { return event_; }
    const Refusal& refusal() const { return values_.refusal(); }
    // Where the last read() ended; behind the event when it succeeded.
    const TokenCursor& cursor() { return values_.cursor(); }
    // Fails the event for what stands behind it.
    bool fail_behind() { return values_.fail_here("nothing behind the event"); }

private:
    bool read_field(std::string_view name);
    bool read_features();
    bool read_feature_array();
    bool read_feature_object();
    bool read_output();
    bool read_request_body();
    bool read_prediction_id();
    bool read_timestamp();
    bool read_metadata();

    ValueReader values_;
    std::size_t kept_features_ = std::numeric_limits<std::size_t>::max();
    PredictionEvent event_;
    unsigned seen_ = 0;  // A bit for each field, in the order of kFields.
    std::unordered_set<std::string_view> feature_names_;
};

}  // namespace boxkited
