#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "base/clock.h"

namespace boxkited {

// `2024-05-01T13:15:02.000317Z`: RFC 3339, UTC, microseconds. For years 0 to 9999.
//
// Threads: any.
class UtcText {
public:
    explicit UtcText(WallTime time);

    std::string_view view() const { return {text_, sizeof text_}; }
    // `2024-05-01T13:15:02`: without fraction and zone.
    std::string_view seconds() const { return {text_, 19}; }

private:
    char text_[27];
};

std::string utc_text(WallTime time);

// An RFC 3339 date-time with any offset; digits behind the microseconds are dropped, and a leap
// second is the second after it. Nothing for any other text.
std::optional<WallTime> parse_rfc3339(std::string_view text);

}  // namespace boxkited
