#include "table/event_time.h"

#include <cmath>

#include "base/utc_text.h"

namespace boxkited {

namespace {

std::optional<WallTime> read_time(const Value& value) {
    // Beyond it microseconds do not fit the clock; far outside of what any log keeps.
    constexpr double kLargestUnixSeconds = 1e11;
    if (value.kind == Value::Kind::kText) return parse_rfc3339(value.text);
    if (value.kind != Value::Kind::kNumber) return std::nullopt;
    if (!(std::fabs(value.number) <= kLargestUnixSeconds)) return std::nullopt;
    return WallTime(std::chrono::microseconds(std::llround(value.number * 1e6)));
}

}  // namespace

std::optional<WallTime> event_time(const Value& value) {
    using std::chrono::sys_days;
    constexpr auto kJanuary = std::chrono::January / 1;
    const auto time = read_time(value);
    if (!time || *time < sys_days(std::chrono::year(0) / kJanuary) ||
        *time >= sys_days(std::chrono::year(10'000) / kJanuary))
        return std::nullopt;
    return time;
}

}  // namespace boxkited
