#pragma once

#include <cstddef>
#include <span>
#include <string>

namespace boxkited {

// The two hexadecimal digits of each byte, in lower case.
struct HexPairs {
    constexpr HexPairs() {
        constexpr char kDigits[] = "0123456789abcdef";
        for (std::size_t byte = 0; byte < 256; ++byte) {
            of[byte][0] = kDigits[byte >> 4];
            of[byte][1] = kDigits[byte & 0xF];
        }
    }
    char of[256][2]{};
};
inline constexpr HexPairs kHexPairs;

inline void append_hex(std::string& out, std::span<const unsigned char> bytes) {
    for (const unsigned char byte : bytes) out.append(kHexPairs.of[byte], 2);
}

}  // namespace boxkited
