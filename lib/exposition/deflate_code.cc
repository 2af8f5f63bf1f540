// Huffman codes as RFC 1951 has them. Symbols that nobody expects have codes too, the longest
// ones, for a scrape may bring a text with any byte.
#include "exposition/deflate_code.h"

#include <algorithm>
#include <numeric>
#include <queue>
#include <span>

namespace boxkited {

namespace {

constexpr std::uint32_t kLongestCode = 15;
constexpr std::uint32_t kEndSymbol = 256;
constexpr std::uint32_t kLengthSymbols = 29;

// Bits behind the symbol that tell which of its lengths, or distances, is meant.
constexpr std::uint32_t extra_bits_of_length(std::uint32_t symbol) {
    return symbol < 8 || symbol == kLengthSymbols - 1 ? 0 : symbol / 4 - 1;
}
constexpr std::uint32_t extra_bits_of_distance(std::uint32_t symbol) {
    return symbol < 4 ? 0 : symbol / 2 - 1;
}

// By symbol of length, from 0; one more at the end.
constexpr auto kFirstLengths = [] {
    std::array<std::uint32_t, kLengthSymbols + 1> firsts{};
    std::uint32_t first = DeflateCode::kShortestMatch;
    for (std::uint32_t symbol = 0; symbol < kLengthSymbols; ++symbol) {
        firsts[symbol] = first;
        first += 1U << extra_bits_of_length(symbol);
    }
    firsts[kLengthSymbols - 1] = DeflateCode::kLongestMatch;  // Has a symbol to itself.
    firsts[kLengthSymbols] = DeflateCode::kLongestMatch + 1;
    return firsts;
}();

std::uint32_t length_symbol(std::uint32_t length) {
    const auto above = std::upper_bound(kFirstLengths.begin(), kFirstLengths.end(), length);
    return static_cast<std::uint32_t>(above - kFirstLengths.begin()) - 1;
}

constexpr std::uint8_t distance_symbol_of(std::uint32_t below) {
    if (below < 4) return static_cast<std::uint8_t>(below);
    const auto width = static_cast<std::uint32_t>(std::bit_width(below));
    return static_cast<std::uint8_t>(2 * (width - 1) + (below >> (width - 2) & 1));
}

constexpr std::array<std::uint8_t, 256> distance_symbols(std::uint32_t step) {
    std::array<std::uint8_t, 256> symbols{};
    for (std::uint32_t i = 0; i < symbols.size(); ++i) symbols[i] = distance_symbol_of(i * step);
    return symbols;
}

// Depths of the leaves of a Huffman tree, by symbol.
std::vector<std::uint8_t> tree_depths(std::span<const std::uint64_t> weights) {
    struct Node {
        std::uint64_t weight;
        std::size_t index;
        bool operator>(const Node& other) const {
            return weight != other.weight ? weight > other.weight : index > other.index;
        }
    };
    std::priority_queue<Node, std::vector<Node>, std::greater<>> open;
    for (std::size_t i = 0; i < weights.size(); ++i) open.push({weights[i], i});
    std::vector<std::size_t> parents(2 * weights.size() - 1);
    std::size_t next = weights.size();
    for (; open.size() > 1; ++next) {
        std::uint64_t weight = 0;
        for (int child = 0; child < 2; ++child) {
            weight += open.top().weight;
            parents[open.top().index] = next;
            open.pop();
        }
        open.push({weight, next});
    }
    std::vector<std::uint8_t> depths(next);
    for (std::size_t i = next - 1; i-- > 0;)
        depths[i] = static_cast<std::uint8_t>(depths[parents[i]] + 1);
    depths.resize(weights.size());
    return depths;
}

// A code that is too long comes of weights that lie too far from each other.
std::vector<std::uint8_t> code_lengths(std::vector<std::uint64_t> weights) {
    for (;;) {
        auto lengths = tree_depths(weights);
        if (*std::max_element(lengths.begin(), lengths.end()) <= kLongestCode) return lengths;
        for (std::uint64_t& weight : weights) weight = weight / 2 + 1;
    }
}

std::uint64_t reversed(std::uint64_t bits, std::uint32_t size) {
    std::uint64_t out = 0;
    for (std::uint32_t i = 0; i < size; ++i) out = out << 1 | (bits >> i & 1);
    return out;
}

// The canonical code: shorter ones first, those of one length in the order of their symbols.
std::vector<BitString> codes_of(std::span<const std::uint8_t> lengths) {
    std::array<std::uint64_t, kLongestCode + 2> next{};
    for (const std::uint8_t length : lengths) ++next[length + 1U];
    next[1] = 0;
    for (std::uint32_t i = 1; i < next.size(); ++i) next[i] = (next[i] + next[i - 1]) * 2;
    std::vector<BitString> codes;
    for (const std::uint8_t length : lengths)
        codes.push_back({reversed(next[length]++, length), length});
    return codes;
}

// Beside these, the one that nobody expects is next to nothing.
std::vector<std::uint64_t> weights_of(std::span<const std::uint64_t> uses) {
    std::vector<std::uint64_t> weights;
    for (const std::uint64_t times : uses) weights.push_back(times * 16 + 1);
    return weights;
}

}  // namespace

constinit const std::array<std::uint8_t, 256> DeflateCode::kNearSymbols = distance_symbols(1);
constinit const std::array<std::uint8_t, 256> DeflateCode::kFarSymbols = distance_symbols(128);

void DeflateCode::Usage::add_literal(char c, std::uint64_t times) {
    literals_and_lengths_[static_cast<unsigned char>(c)] += times;
}

void DeflateCode::Usage::add_match(std::uint32_t length, std::uint32_t distance) {
    ++literals_and_lengths_[kEndSymbol + 1 + length_symbol(length)];
    ++distances_[distance_symbol(distance)];
}

DeflateCode::DeflateCode(const Usage& usage)
    : code_lengths_(code_lengths(weights_of(usage.literals_and_lengths_))) {
    const auto codes = codes_of(code_lengths_);
    std::copy_n(codes.begin(), literals_.size(), literals_.begin());
    end_ = codes[kEndSymbol];
    for (std::uint32_t length = kShortestMatch; length <= kLongestMatch; ++length) {
        const std::uint32_t symbol = length_symbol(length);
        lengths_[length] = joined(codes[kEndSymbol + 1 + symbol],
                                  {length - kFirstLengths[symbol], extra_bits_of_length(symbol)});
    }

    const auto distance_lengths = code_lengths(weights_of(usage.distances_));
    const auto distance_codes = codes_of(distance_lengths);
    std::uint32_t base = 1;
    for (std::uint32_t symbol = 0; symbol < distances_.size(); ++symbol) {
        const std::uint32_t extra_bits = extra_bits_of_distance(symbol);
        distances_[symbol] = {distance_codes[symbol], base, extra_bits};
        base += 1U << extra_bits;
    }
    code_lengths_.insert(code_lengths_.end(), distance_lengths.begin(), distance_lengths.end());
}

// The code lengths are coded themselves: each of the 16 by its own 4 bits, without the symbols for
// repetitions. That is 150 bytes, once for thousands of lines.
void DeflateCode::begin_block(BitWriter& out) const {
    constexpr std::uint32_t kNotLast = 0;
    constexpr std::uint32_t kOwnCode = 2;
    constexpr std::uint32_t kLengthCodes = 19;
    constexpr std::uint32_t kRepetitions = 3;  // 16, 17 and 18 come first.
    constexpr std::uint32_t kCodeBits = 4;
    BitCursor bits = out.begin(2 * code_lengths_.size());
    bits.put({kNotLast | kOwnCode << 1, 3});
    bits.put({286 - 257, 5});
    bits.put({30 - 1, 5});
    bits.put({kLengthCodes - 4, 4});
    for (std::uint32_t i = 0; i < kLengthCodes; ++i)
        bits.put({i < kRepetitions ? 0 : kCodeBits, 3});
    for (const std::uint8_t length : code_lengths_)
        bits.put({reversed(length, kCodeBits), kCodeBits});
    out.end(bits);
}

// An empty stored block behind it begins at the next byte.
void DeflateCode::end_block(BitWriter& out) const {
    BitCursor bits = out.begin(16);
    bits.put(end_);
    bits.put({0, 3});
    bits.align();
    bits.put({0xFFFF'0000, 32});
    out.end(bits);
}

}  // namespace boxkited
