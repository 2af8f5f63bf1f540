#pragma once

#include <array>
#include <string>
#include <string_view>

namespace boxkited {

// Why an event is neither counted nor logged. The sender gets to_string(); /metrics counts by
// label().
struct Refusal {
    enum class Reason {
        kNotJson,         // Not JSON, or more than one document, or bad UTF-8.
        kTooDeep,         // Nested deeper than limits.json_depth.
        kMissingField,    // Neither features nor output.
        kUnknownField,    // A top-level field that no event has.
        kDuplicateField,  // A top-level field or a feature name twice.
        kWrongType,       // A field holds another type than its own.
        kBadTimestamp,    // Not a time, or outside of what the log keeps.
        kBadId,           // A prediction_id that is empty or too long.
        kEmptyBatch,      // A batch without events.
        kTooManyEvents,   // More events than limits.batch_events.
        kTooLarge,        // Larger than limits.body_bytes or the queue.
        kUnauthorized,    // It came without the token of its listener.
        kBadRequest,      // The HTTP around it was refused.
        kCutOff,          // The stream ended within the line.
        kQueueFull,       // The prediction log has no room.
    };

    Reason reason;
    std::string detail;  // "features: expected an array or an object"
};

inline constexpr std::array kRefusalReasons{
    Refusal::Reason::kNotJson,        Refusal::Reason::kTooDeep,
    Refusal::Reason::kMissingField,   Refusal::Reason::kUnknownField,
    Refusal::Reason::kDuplicateField, Refusal::Reason::kWrongType,
    Refusal::Reason::kBadTimestamp,   Refusal::Reason::kBadId,
    Refusal::Reason::kEmptyBatch,     Refusal::Reason::kTooManyEvents,
    Refusal::Reason::kTooLarge,       Refusal::Reason::kUnauthorized,
    Refusal::Reason::kBadRequest,     Refusal::Reason::kCutOff,
    Refusal::Reason::kQueueFull};

// The value of the `result` label, e.g. "missing_field". Part of the metrics interface.
std::string_view label(Refusal::Reason reason) noexcept;

// "missing_field: features or output"
std::string to_string(const Refusal& refusal);

}  // namespace boxkited
