#pragma once

#include <string>
#include <string_view>

namespace boxkited {

// Appends `text` as a JSON string, quotes included. What could end a line or move a terminal
// (controls, DEL, NEL, the line separators U+2028 and U+2029) is escaped; a byte that is not
// UTF-8 becomes U+FFFD.
//
// Threads: any.
void append_json_string(std::string& out, std::string_view text);
std::string json_string(std::string_view text);

// `text` where all of it can be shown on one line as it is, else as a JSON string.
std::string printable(std::string_view text);

// `text` between two of `quote` for a message: on one line, escaped as above (`quote` as well),
// and its end cut off, behind a whole character, where it is long.
std::string quoted_text(std::string_view text, char quote);

}  // namespace boxkited
