#pragma once

#include <optional>
#include <string_view>
#include <vector>

#include "base/clock.h"
#include "event/value.h"

namespace boxkited {

// One prediction, as a model server sent it. Views lead into the body it was decoded from, or
// into the decoder, and hold until the decoder's next event.
struct PredictionEvent {
    struct Feature {
        std::string_view name;  // Unescaped; empty when the features came as an array.
        Value value;
    };
    std::vector<Feature> features;  // Of an array only as many as the decoder keeps.
    std::size_t feature_count = 0;  // As sent.
    bool features_are_named = false;
    std::optional<Value> output;

    // The values as strict JSON on one line: the bytes sent, without insignificant whitespace;
    // NaN is null, infinities are the texts "Infinity" and "-Infinity". Empty when absent.
    std::string_view features_json;
    std::string_view output_json;
    std::string_view request_body_json;
    std::string_view metadata_json;

    // The client's own id as the inside of a JSON string, and unescaped; empty when absent.
    std::string_view id_json;
    std::string_view id;

    std::optional<WallTime> time;  // Event time, when the client gives it.
};

}  // namespace boxkited
