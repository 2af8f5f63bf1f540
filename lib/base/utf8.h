#pragma once

#include <string_view>

namespace boxkited {

struct Utf8Character {
    char32_t code;
    std::string_view bytes;  // Empty when the text does not begin with a well-formed character.
};

// The first character of `text`, which is not empty. Overlong forms, surrogates and codes beyond
// U+10FFFF are not well-formed (Unicode 15, table 3-7).
Utf8Character first_character(std::string_view text);

bool is_utf8(std::string_view text);

}  // namespace boxkited
