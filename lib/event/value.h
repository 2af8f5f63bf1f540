#pragma once

#include <cstdint>
#include <string_view>

namespace boxkited {

// What a feature or an output holds, as far as counting goes.
struct Value {
    enum class Kind : std::uint8_t {
        kNumber,   // Beyond double an infinity. Never NaN.
        kBoolean,  // The number is 1 or 0, and counts as such.
        kText,     // Unescaped UTF-8.
        kMissing,  // null or NaN.
        kNested,   // An object or an array: logged, not counted.
    };
    Kind kind = Kind::kMissing;
    double number = 0;
    std::string_view text;
};

}  // namespace boxkited
