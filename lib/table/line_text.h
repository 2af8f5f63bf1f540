#pragma once

#include <algorithm>
#include <string_view>

namespace boxkited {

inline bool is_blank(std::string_view line) {
    return line.find_first_not_of(" \t\r\n") == line.npos;
}

// With its newline, off the front of `text`, which is not empty.
inline std::string_view take_line(std::string_view& text) {
    const auto newline = std::min(text.find('\n'), text.size() - 1);
    const std::string_view line = text.substr(0, newline + 1);
    text.remove_prefix(line.size());
    return line;
}

inline bool lies_in(std::string_view part, std::string_view whole) {
    return part.data() >= whole.data() && part.data() <= whole.data() + whole.size();
}

}  // namespace boxkited
