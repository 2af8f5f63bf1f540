#include "exposition/line_values.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <cstring>

#include "exposition/sample_text.h"

namespace boxkited {

namespace {

constexpr auto kPairs = [] {
    std::array<char, 200> pairs{};
    for (std::size_t i = 0; i < 100; ++i) {
        pairs[2 * i] = static_cast<char>('0' + i / 10);
        pairs[2 * i + 1] = static_cast<char>('0' + i % 10);
    }
    return pairs;
}();

// Two digits.
char* write_pair(char* to, std::uint32_t number) {
    std::memcpy(to, &kPairs[2 * number], 2);
    return to + 2;
}

// One digit or two.
char* write_first_pair(char* to, std::uint32_t number) {
    if (number >= 10) return write_pair(to, number);
    *to = static_cast<char>('0' + number);
    return to + 1;
}

// As to_chars() does, but that it is told what most counts are like: below 100 million.
char* write_count(char* to, std::uint64_t count) {
    if (count >= 100'000'000) return std::to_chars(to, to + 20, count).ptr;
    const auto number = static_cast<std::uint32_t>(count);
    if (number < 100) return write_first_pair(to, number);
    if (number < 10'000) return write_pair(write_first_pair(to, number / 100), number % 100);
    const std::uint32_t high = number / 10'000;
    const std::uint32_t low = number % 10'000;
    to = high < 100 ? write_first_pair(to, high)
                    : write_pair(write_first_pair(to, high / 100), high % 100);
    return write_pair(write_pair(to, low / 100), low % 100);
}

}  // namespace

void LineValues::reserve(std::size_t values) {
    ends_.reserve(values + 1);
    room(values * 8);
}

char* LineValues::room(std::size_t bytes) {
    const std::size_t used = ends_.back();
    if (chars_.size() < used + bytes + kLongest)
        chars_.resize(std::max(2 * chars_.size(), used + bytes + kLongest));
    return chars_.data() + used;
}

std::uint64_t LineValues::add(std::span<const std::uint64_t> counts, Counts kind) {
    char* at = room(counts.size() * kLongest);
    const char* const begin = chars_.data();
    const std::size_t known = ends_.size();
    ends_.resize(known + counts.size());
    std::uint32_t* end = ends_.data() + known;
    std::uint64_t sum = 0;
    for (const std::uint64_t count : counts) {
        sum += count;
        at = write_count(at, kind == Counts::kCumulative ? sum : count);
        *at++ = '\n';
        *end++ = static_cast<std::uint32_t>(at - begin);
    }
    return sum;
}

void LineValues::add(double value) {
    char* const end = sample_value_to(room(kLongest), value);
    *end = '\n';
    ends_.push_back(static_cast<std::uint32_t>(end + 1 - chars_.data()));
}

void LineValues::add_lines(std::string_view lines) {
    char* const end = std::copy(lines.begin(), lines.end(), room(lines.size()));
    ends_.push_back(static_cast<std::uint32_t>(end - chars_.data()));
}

}  // namespace boxkited
