#pragma once

#include <array>
#include <cstdint>
#include <vector>

#include "exposition/bit_writer.h"

namespace boxkited {

// One code of deflate (RFC 1951) for literals, lengths and distances, all of which it can spell.
//
// Threads: immutable.
class DeflateCode {
public:
    static constexpr std::uint32_t kShortestMatch = 3;
    static constexpr std::uint32_t kLongestMatch = 258;
    static constexpr std::uint32_t kFarthest = 32768;

    // How often each is expected.
    class Usage {
    public:
        void add_literal(char c, std::uint64_t times = 1);
        void add_match(std::uint32_t length, std::uint32_t distance);

    private:
        friend class DeflateCode;
        std::array<std::uint64_t, 286> literals_and_lengths_{};
        std::array<std::uint64_t, 30> distances_{};
    };

    explicit DeflateCode(const Usage& usage);

    BitString literal(char c) const { return literals_[static_cast<unsigned char>(c)]; }
    // Of a match, what tells its length, and what tells its distance.
    BitString length(std::uint32_t length) const { return lengths_[length]; }
    BitString distance(std::uint32_t distance) const {
        const DistanceSymbol& symbol = distances_[distance_symbol(distance)];
        return joined(symbol.code, {distance - symbol.base, symbol.extra_bits});
    }

    // A block that is not the last one: what stands before its symbols, and what stands behind
    // them, up to the end of a byte.
    void begin_block(BitWriter& out) const;
    void end_block(BitWriter& out) const;

private:
    // As small as can be: a scrape looks up a hundred thousand of them.
    struct ShortBits {
        std::uint32_t bits : 24 = 0;
        std::uint32_t size : 8 = 0;

        ShortBits() = default;
        ShortBits(BitString string) : bits(string.bits & 0xFFFFFF), size(string.size & 0xFF) {}
        operator BitString() const { return {bits, size}; }
    };
    struct DistanceSymbol {
        ShortBits code;
        std::uint32_t base;
        std::uint32_t extra_bits;
    };

    static std::uint32_t distance_symbol(std::uint32_t distance) {
        const std::uint32_t below = distance - 1;
        return below < 256 ? kNearSymbols[below] : kFarSymbols[below >> 7];
    }
    // By distance - 1, and by its 128th part.
    static const std::array<std::uint8_t, 256> kNearSymbols;
    static const std::array<std::uint8_t, 256> kFarSymbols;

    std::array<ShortBits, 256> literals_;
    std::array<ShortBits, kLongestMatch + 1> lengths_;
    std::array<DistanceSymbol, 30> distances_;
    BitString end_;
    std::vector<std::uint8_t> code_lengths_;  // Of all symbols, as a block's head has them.
};

}  // namespace boxkited
