#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "exposition/negotiation.h"

namespace boxkited {

// Pieces of which the text of both formats is made.
//
// Threads: any.

// The value of a sample: the shortest text that reads back as the same number, `NaN`, `+Inf`.
void append_sample_value(std::string& out, double value);
// The same, to where there is room for kSampleValueBytes; its end.
char* sample_value_to(char* begin, double value);
inline constexpr std::size_t kSampleValueBytes = 24;

// `name="value"`
void append_label(std::string& out, std::string_view name, std::string_view value);

// `prefix`, which ends in a blank, and the number.
void append_count_line(std::string& out, std::string_view prefix, std::uint64_t count);
void append_value_line(std::string& out, std::string_view prefix, double value);

// The HELP and TYPE lines of a family; no HELP line for an empty help. Name and type are given as
// text 0.0.4 has them; OpenMetrics takes `_total` off a counter, and calls `untyped` unknown.
void append_head(std::string& out, std::string_view name, std::string_view type,
                 std::string_view help, TextFormat format);

}  // namespace boxkited
