#include "prediction_log/sampling.h"

#include <cmath>

#include "event/json_members.h"

namespace boxkited {

namespace {

bool is_no_answer(const Value& output) {
    return output.kind == Value::Kind::kMissing ||
           (output.kind == Value::Kind::kNumber && !std::isfinite(output.number));
}

bool names_an_error(std::string_view metadata_json) {
    JsonMembers members(metadata_json);
    while (members.next())
        if (members.name() == "error")
            return members.value() != "null" && members.value() != "false";
    return false;
}

}  // namespace

std::uint64_t sampling_hash(std::string_view id) {
    std::uint64_t hash = 0xcbf29ce484222325;
    for (const char c : id) hash = (hash ^ static_cast<unsigned char>(c)) * 0x100000001b3;
    // Ids that differ in their last byte alone would lie close together.
    hash = (hash ^ hash >> 33) * 0xff51afd7ed558ccd;
    hash = (hash ^ hash >> 33) * 0xc4ceb9fe1a85ec53;
    return hash ^ hash >> 33;
}

Sampling::Sampling(double share)
    : takes_all_(share >= 1),
      below_(takes_all_ ? 0 : static_cast<std::uint64_t>(std::ldexp(share, 64))) {}

bool is_error(const PredictionEvent& event) {
    return (event.output && is_no_answer(*event.output)) || names_an_error(event.metadata_json);
}

}  // namespace boxkited
