#pragma once

#include <array>
#include <cstddef>
#include <span>
#include <string>

namespace boxkited {

// The two hexadecimal digits of each byte, in lower case.
inline constexpr auto kHexPairs = [] {
    constexpr char kDigits[] = "0123456789abcdef";
    std::array<std::array<char, 2>, 256> pairs{};
    for (std::size_t byte = 0; byte < pairs.size(); ++byte)
        pairs[byte] = {kDigits[byte >> 4], kDigits[byte & 0xF]};
    return pairs;
}();

inline void append_hex(std::string& out, std::span<const unsigned char> bytes) {
    for (const unsigned char byte : bytes) out.append(kHexPairs[byte].data(), 2);
}

}  // namespace boxkited
