#pragma once

#include <string_view>

namespace boxkited {

// The double nearest to a JSON number, an infinity beyond the range of double; `-0` is 0, as an
// integer has no sign at zero. False when `text` is not a JSON number; then `number` means nothing.
//
// No std::optional: put together and taken apart again, it would cost as much as the digits do.
//
// Threads: any.
bool parse_json_number(std::string_view text, double& number);

}  // namespace boxkited
