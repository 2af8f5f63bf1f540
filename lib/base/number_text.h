#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace boxkited {

// Numbers as Python spells and reads them.
//
// Threads: any.

// Python's repr(value): the shortest text that reads back as the same double, with `.0` behind
// whole numbers, an exponent below 1e-4 and from 1e16 on; `nan`, `inf`, `-inf`.
void append_python_float(std::string& out, double value);
std::string python_float(double value);

// What Python's float() reads from ASCII text: spaces around it, a sign, underscores between
// digits, `nan`, `inf`, `infinity` in any case; beyond the range of a double it is an infinity or
// zero. Nothing when float() would raise.
std::optional<double> parse_python_float(std::string_view text);

void append_integer(std::string& out, std::uint64_t value);

}  // namespace boxkited
