#pragma once

#include <bit>
#include <cstdint>
#include <cstring>
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

// The place of the first backslash, or npos. JSON within JSON has one every few bytes: to call
// memchr() would cost more than to look.
inline std::size_t find_backslash(std::string_view text) {
    constexpr std::size_t kLooked = 64;
    constexpr std::uint64_t kOnes = 0x0101010101010101;
    const std::size_t near = text.size() < kLooked ? text.size() : kLooked;
    std::size_t at = 0;
    for (; near - at >= 8; at += 8) {
        std::uint64_t bytes;
        std::memcpy(&bytes, text.data() + at, sizeof bytes);
        bytes ^= kOnes * '\\';
        // A byte that became zero, the lowest of them surely: Hacker's Delight, 6-1.
        const std::uint64_t zeros = (bytes - kOnes) & ~bytes & kOnes << 7;
        if (zeros == 0) continue;
        if constexpr (std::endian::native == std::endian::little)
            return at + static_cast<std::size_t>(std::countr_zero(zeros)) / 8;
        break;
    }
    for (; at < near; ++at)
        if (text[at] == '\\') return at;
    return text.find('\\', at);
}

}  // namespace boxkited
