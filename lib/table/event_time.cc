#include "table/event_time.h"

#include <cmath>

#include "base/utc_text.h"

namespace boxkited {

std::optional<WallTime> event_time(const Value& value) {
    // Beyond it microseconds do not fit the clock; far outside of what any log keeps.
    constexpr double kLargestUnixSeconds = 1e11;
    if (value.kind == Value::Kind::kText) return parse_rfc3339(value.text);
    if (value.kind != Value::Kind::kNumber) return std::nullopt;
    if (!(std::fabs(value.number) <= kLargestUnixSeconds)) return std::nullopt;
    return WallTime(std::chrono::microseconds(std::llround(value.number * 1e6)));
}

}  // namespace boxkited
