#pragma once

#include <cstddef>
#include <memory>
#include <optional>
#include <string_view>

#include "base/result.h"
#include "event/prediction_event.h"
#include "event/refusal.h"

namespace boxkited {

// Decodes prediction events from JSON, one request after the other.
//
//   decoder.begin_lines(body);
//   while (const auto event = decoder.next()) {
//       if (*event) count(***event); else refuse(event->error());
//   }
//
// NaN, Infinity and -Infinity are taken as numbers within `features` and `output`; there is no
// other extension of JSON. An event is decoded whole or refused, whatever part of it is read.
//
// Threads: one at a time.
class EventDecoder {
public:
    // Refuses what is nested deeper than `json_depth`.
    explicit EventDecoder(std::size_t json_depth);
    ~EventDecoder();

    // Of features in array form only the first `count` are kept, from the next event on; all are
    // checked and logged.
    void keep_features(std::size_t count);

    // What the views in its events lead into must stay until the last call of next().

    // One event.
    void begin_event(std::string_view json);
    // One event a line; blank lines are passed over. What is wrong with a line refuses it alone.
    void begin_lines(std::string_view lines);
    // An array of events. An error when any of it is not JSON: then it has no events at all.
    Result<void, Refusal> begin_array(std::string_view json);

    // The next event, or why it is refused; nothing at the end. An event holds until the next.
    using Decoded = Result<const PredictionEvent*, Refusal>;
    std::optional<Decoded> next();

private:
    class Impl;
    std::unique_ptr<Impl> impl_;
};

}  // namespace boxkited
