#pragma once

#include <optional>

#include "base/clock.h"
#include "event/value.h"

namespace boxkited {

// When an event happened: RFC 3339 text or Unix seconds, as the daemon takes a `timestamp`. Nothing
// when it is neither, or not within the years 0 to 9999, UTC, which RFC 3339 can say.
//
// Threads: any.
std::optional<WallTime> event_time(const Value& value);

}  // namespace boxkited
