#pragma once

#include <array>
#include <cstddef>
#include <string_view>

namespace boxkited {

// The members of a log line, in the order in which they stand in it.
enum class LineField : unsigned {
    kPredictionId,
    kServerId,
    kEntityId,
    kCreatedAt,
    kReceivedAt,
    kFeatures,
    kOutput,
    kRequestBody,
    kMetadata,
};

// Their names, in the same order.
inline constexpr std::array<std::string_view, 9> kLineFieldNames{
    "prediction_id", "server_id", "entity_id",    "created_at", "received_at",
    "features",      "output",    "request_body", "metadata"};

// A set of them.
class LineFields {
public:
    static constexpr LineFields all() {
        LineFields fields;
        fields.bits_ = (1U << kLineFieldNames.size()) - 1;
        return fields;
    }

    constexpr void add(LineField field) { bits_ |= bit(field); }
    constexpr bool has(LineField field) const { return (bits_ & bit(field)) != 0; }
    constexpr bool operator==(const LineFields&) const = default;

private:
    static constexpr unsigned bit(LineField field) { return 1U << static_cast<unsigned>(field); }

    unsigned bits_ = 0;
};

}  // namespace boxkited
