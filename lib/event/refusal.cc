#include "event/refusal.h"

namespace boxkited {

std::string_view label(Refusal::Reason reason) noexcept {
    switch (reason) {
        case Refusal::Reason::kNotJson:
            return "not_json";
        case Refusal::Reason::kTooDeep:
            return "too_deep";
        case Refusal::Reason::kMissingField:
            return "missing_field";
        case Refusal::Reason::kUnknownField:
            return "unknown_field";
        case Refusal::Reason::kDuplicateField:
            return "duplicate_field";
        case Refusal::Reason::kWrongType:
            return "wrong_type";
        case Refusal::Reason::kBadTimestamp:
            return "bad_timestamp";
        case Refusal::Reason::kBadId:
            return "bad_id";
        case Refusal::Reason::kEmptyBatch:
            return "empty_batch";
        case Refusal::Reason::kTooManyEvents:
            return "too_many_events";
        case Refusal::Reason::kTooLarge:
            return "too_large";
        case Refusal::Reason::kUnauthorized:
            return "unauthorized";
        case Refusal::Reason::kBadRequest:
            return "bad_request";
        case Refusal::Reason::kCutOff:
            return "cut_off";
        case Refusal::Reason::kQueueFull:
            break;
    }
    return "queue_full";
}

std::string to_string(const Refusal& refusal) {
    std::string text(label(refusal.reason));
    if (!refusal.detail.empty()) text.append(": ").append(refusal.detail);
    return text;
}

}  // namespace boxkited
