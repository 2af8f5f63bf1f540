#pragma once

#include <string_view>

namespace boxkited {

// Letters, digits and spaces of ASCII, whatever the locale; other bytes stand for themselves.
//
// Threads: any.

constexpr bool is_digit(char c) { return c >= '0' && c <= '9'; }

constexpr char lower(char c) {
    return c >= 'A' && c <= 'Z' ? static_cast<char>(c + ('a' - 'A')) : c;
}

bool equals_ignoring_case(std::string_view a, std::string_view b);

// Without the characters of `spaces` at both ends.
std::string_view trimmed(std::string_view text, std::string_view spaces = " \t");

// Takes what stands before the first `separator` off the front of `rest`, and the separator; all
// of `rest` when there is none.
//
//   std::string_view query = "ids=true&x";
//   take_part(query, '&');  // "ids=true"; `query` is "x" now.
std::string_view take_part(std::string_view& rest, char separator);

}  // namespace boxkited
