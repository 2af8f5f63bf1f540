#include "event/event_reader.h"

#include <array>
#include <cmath>

#include "base/utc_text.h"

namespace boxkited {

namespace {

using Reason = Refusal::Reason;

constexpr std::size_t kIdBytes = 256;
constexpr std::size_t kRememberedFeatures = 16'384;
// Beyond it microseconds do not fit the clock; far outside of what any log keeps.
constexpr double kLargestUnixSeconds = 1e11;

// Depths as limits.json_depth counts them.
constexpr std::size_t kInEvent = 1;
constexpr std::size_t kInFeatures = 2;

std::string shown(std::string_view text) {
    constexpr std::size_t kShown = 64;
    return "`" + std::string(text.substr(0, kShown)) + (text.size() > kShown ? "...`" : "`");
}

}  // namespace

bool EventReader::read(TokenCursor cursor) {
    values_.begin(cursor);
    auto features = std::move(event_.features);  // Its memory serves every event,
    features.clear();
    if (features.capacity() > kRememberedFeatures) features.shrink_to_fit();  // unless it is much.
    if (feature_names_.bucket_count() > 2 * kRememberedFeatures) feature_names_ = {};
    event_ = {};
    event_.features = std::move(features);
    seen_ = 0;

    if (values_.cursor().peek() != '{')
        return values_.skip(0) && values_.fail(Reason::kWrongType, "event: expected an object");
    values_.expect('{');
    if (!values_.cursor().take('}')) {
        do {
            std::string_view name;
            if (!values_.read_key(name) || !read_field(name)) return false;
        } while (values_.cursor().take(','));
        if (!values_.cursor().take('}')) return values_.fail_here("`,` or `}`");
    }
    if (event_.features_json.empty() && event_.output_json.empty())
        return values_.fail(Reason::kMissingField, "features or output");
    return true;
}

bool EventReader::read_field(std::string_view name) {
    struct Field {
        std::string_view name;
        bool (EventReader::*read)();
    };
    static constexpr std::array<Field, 6> kFields{
        {{"features", &EventReader::read_features},
         {"output", &EventReader::read_output},
         {"request_body", &EventReader::read_request_body},
         {"prediction_id", &EventReader::read_prediction_id},
         {"timestamp", &EventReader::read_timestamp},
         {"metadata", &EventReader::read_metadata}}};
    for (std::size_t i = 0; i < kFields.size(); ++i) {
        if (kFields[i].name != name) continue;
        if ((seen_ >> i & 1) != 0) return values_.fail(Reason::kDuplicateField, std::string(name));
        seen_ |= 1U << i;
        return (this->*kFields[i].read)();
    }
    return values_.fail(Reason::kUnknownField,
                        shown(name) +
                            ": expected features, output, request_body, prediction_id, "
                            "timestamp or metadata");
}

bool EventReader::read_features() {
    const std::uint32_t begin = values_.cursor().at();
    values_.allow_literals(true);
    if (values_.cursor().take('[')) {
        if (!read_feature_array()) return false;
    } else if (values_.cursor().take('{')) {
        if (!read_feature_object()) return false;
    } else {
        return values_.fail(Reason::kWrongType, "features: expected an array or an object");
    }
    values_.allow_literals(false);
    event_.features_json = values_.strict_since(begin);
    return true;
}

bool EventReader::read_feature_array() {
    event_.features_are_named = false;
    if (values_.cursor().take(']')) return true;
    Value beyond;
    do {
        const bool is_kept = event_.feature_count++ < kept_features_;
        Value& value = is_kept ? event_.features.emplace_back().value : beyond;
        if (!values_.read(value, kInFeatures)) return false;
    } while (values_.cursor().take(','));
    return values_.cursor().take(']') || values_.fail_here("`,` or `]`");
}

bool EventReader::read_feature_object() {
    event_.features_are_named = true;
    feature_names_.clear();
    if (values_.cursor().take('}')) return true;
    do {
        auto& feature = event_.features.emplace_back();
        ++event_.feature_count;
        if (!values_.read_key(feature.name)) return false;
        if (!feature_names_.insert(feature.name).second)
            return values_.fail(Reason::kDuplicateField, "features: " + shown(feature.name));
        if (!values_.read(feature.value, kInFeatures)) return false;
    } while (values_.cursor().take(','));
    return values_.cursor().take('}') || values_.fail_here("`,` or `}`");
}

bool EventReader::read_output() {
    if (values_.cursor().peek() == '{')
        return values_.fail(Reason::kWrongType,
                            "output: expected a number, text, boolean, null or an array");
    const std::uint32_t begin = values_.cursor().at();
    values_.allow_literals(true);
    if (!values_.read(event_.output.emplace(), kInEvent)) return false;
    values_.allow_literals(false);
    event_.output_json = values_.strict_since(begin);
    return true;
}

bool EventReader::read_request_body() {
    const std::uint32_t begin = values_.cursor().at();
    if (!values_.skip(kInEvent)) return false;
    event_.request_body_json = values_.strict_since(begin);
    return true;
}

bool EventReader::read_metadata() {
    const std::uint32_t begin = values_.cursor().at();
    const bool object = values_.cursor().peek() == '{';
    Value value;
    if (!values_.read(value, kInEvent)) return false;
    if (!object && value.kind != Value::Kind::kMissing)
        return values_.fail(Reason::kWrongType, "metadata: expected an object");
    event_.metadata_json = values_.strict_since(begin);
    return true;
}

bool EventReader::read_prediction_id() {
    const std::uint32_t begin = values_.cursor().at();
    Value value;
    if (!values_.read(value, kInEvent)) return false;
    if (value.kind == Value::Kind::kMissing) return true;
    if (value.kind != Value::Kind::kText)
        return values_.fail(Reason::kWrongType, "prediction_id: expected text");
    if (value.text.empty() || value.text.size() > kIdBytes)
        return values_.fail(Reason::kBadId, "prediction_id: expected 1 to " +
                                                std::to_string(kIdBytes) + " bytes, got " +
                                                std::to_string(value.text.size()));
    event_.id = value.text;
    const std::string_view token = values_.strict_since(begin);
    event_.id_json = token.substr(1, token.size() - 2);
    return true;
}

bool EventReader::read_timestamp() {
    Value value;
    if (!values_.read(value, kInEvent)) return false;
    if (value.kind == Value::Kind::kMissing) return true;
    if (value.kind == Value::Kind::kText) {
        event_.time = parse_rfc3339(value.text);
        if (!event_.time)
            return values_.fail(Reason::kBadTimestamp,
                                "timestamp: expected RFC 3339 text, got " + shown(value.text));
        return true;
    }
    if (value.kind != Value::Kind::kNumber)
        return values_.fail(Reason::kWrongType,
                            "timestamp: expected RFC 3339 text or Unix seconds");
    if (!(std::fabs(value.number) <= kLargestUnixSeconds))
        return values_.fail(Reason::kBadTimestamp, "timestamp: expected Unix seconds");
    event_.time = WallTime(std::chrono::microseconds(std::llround(value.number * 1e6)));
    return true;
}

}  // namespace boxkited
