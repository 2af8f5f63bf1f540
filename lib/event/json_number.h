#pragma once

#include <optional>
#include <string_view>

namespace boxkited {

// The double nearest to a JSON number, an infinity beyond the range of double; `-0` is 0, as an
// integer has no sign at zero. Nothing when `text` is not a JSON number.
//
// Threads: any.
std::optional<double> parse_json_number(std::string_view text);

}  // namespace boxkited
