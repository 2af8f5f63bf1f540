#pragma once

#include <string>
#include <string_view>

namespace boxkited {

// The text that the inside of a JSON string stands for, appended to `out`. False, with `out` in
// part written, for an unknown escape or half of a surrogate pair. `inside` is valid UTF-8
// without controls.
//
// Threads: any.
bool unescape_json(std::string_view inside, std::string& out);

// Whether unescape_json() would succeed.
bool has_good_escapes(std::string_view inside);

}  // namespace boxkited
