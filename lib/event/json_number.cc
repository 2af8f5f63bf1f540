#include "event/json_number.h"

#include <algorithm>
#include <bit>
#include <charconv>
#include <cstdint>
#include <cstring>
#include <system_error>

#include "base/ascii_text.h"
#include "base/number_text.h"

namespace boxkited {

namespace {

// Powers of ten that a double holds exactly. A whole number below 2^53 times or divided by one of
// them is rounded once, hence correctly (Clinger, "How to read floating point numbers
// accurately", 1990).
constexpr double kExactPowers[] = {1e0,  1e1,  1e2,  1e3,  1e4,  1e5,  1e6,  1e7,
                                   1e8,  1e9,  1e10, 1e11, 1e12, 1e13, 1e14, 1e15,
                                   1e16, 1e17, 1e18, 1e19, 1e20, 1e21, 1e22};
constexpr std::uint64_t kExactIntegers = 1ULL << 53;
constexpr std::ptrdiff_t kExactDigits = 19;  // So many digits never overflow 64 bits.

constexpr std::uint64_t kPowers[] = {1,
                                     10,
                                     100,
                                     1'000,
                                     10'000,
                                     100'000,
                                     1'000'000,
                                     10'000'000,
                                     100'000'000,
                                     1'000'000'000,
                                     10'000'000'000,
                                     100'000'000'000,
                                     1'000'000'000'000,
                                     10'000'000'000'000,
                                     100'000'000'000'000,
                                     1'000'000'000'000'000};

const char* read_digits(const char* at, const char* end, std::uint64_t& value) {
    for (; at != end && is_digit(*at); ++at)
        value = value * 10 + static_cast<std::uint64_t>(*at - '0');
    return at;
}

// ---- Eight digits at a time, the first one in the lowest byte ----

using Eight = std::uint64_t;

// Of a short number: so many, the sign and the point are fewer than eight bytes.
constexpr std::ptrdiff_t kWholeDigits = 4;

Eight eight_at(const char* at) {
    Eight bytes;
    std::memcpy(&bytes, at, sizeof bytes);
    return bytes;
}

// All bytes of both.
bool are_digits(Eight a, Eight b) {
    // The high halves are all 3, also after 6 was added to the low ones.
    constexpr Eight kHigh = 0xF0F0F0F0F0F0F0F0;
    constexpr Eight kThrees = 0x3030303030303030;
    constexpr Eight kSixes = 0x0606060606060606;
    const Eight wrong =
        (a ^ kThrees) | (b ^ kThrees) | ((a + kSixes) ^ kThrees) | ((b + kSixes) ^ kThrees);
    return (wrong & kHigh) == 0;
}

// Pairs, fours and eights are summed side by side.
std::uint64_t value_of(Eight digits) {
    digits = (digits & 0x0F0F0F0F0F0F0F0F) * (1 + (10 << 8)) >> 8;
    digits = (digits & 0x00FF00FF00FF00FF) * (1 + (100 << 16)) >> 16;
    return (digits & 0x0000FFFF0000FFFF) * (1 + (std::uint64_t{10'000} << 32)) >> 32;
}

// The value of the last `count` of eight digits, 0 to 8.
std::uint64_t value_of_last(std::ptrdiff_t count, Eight digits) {
    return count == 0 ? 0 : value_of(digits & ~Eight{0} << 8 * (8 - count));
}

// The value of all of `text`, 1 to 15 digits, without a loop: numbers of one feature differ in
// length, and a loop that ends elsewhere each time costs more than all the rest. There are eight
// bytes to be read that end where `text` does. False when one is no digit.
bool read_decimals(std::string_view text, std::uint64_t& value) {
    const char* const end = text.data() + text.size();
    const auto count = static_cast<std::ptrdiff_t>(text.size());
    const Eight last = eight_at(end - 8);
    if (count < 8) {
        const Eight others = ~(~Eight{0} << 8 * (8 - count));
        const Eight digits = (last & ~others) | (0x3030303030303030 & others);
        value = value_of(digits);
        return are_digits(digits, digits);
    }
    const Eight first = eight_at(text.data());
    value = value_of(first) * kPowers[count - 8] + value_of_last(count - 8, last);
    return are_digits(first, last);
}

// Without a branch: signs come as they like.
double with_sign(double magnitude, bool negative) {
    return std::bit_cast<double>(std::bit_cast<std::uint64_t>(magnitude) | std::uint64_t{negative}
                                                                               << 63);
}

// Reads a number of the kind that nearly all are: few digits, a point and up to 15 decimals. False
// for any other.
bool parse_short_number(std::string_view text, double& number) {
    if (std::endian::native != std::endian::little || text.size() < 8) return false;
    const char* at = text.data();
    const char* const end = at + text.size();
    const bool negative = *at == '-';
    at += negative;
    if (!is_digit(*at)) return false;
    std::uint64_t whole = static_cast<std::uint64_t>(*at - '0');
    const char* point = at + 1;
    if (*point != '.') {
        if (whole == 0) return false;
        point = read_digits(point, at + kWholeDigits, whole);
        if (*point != '.') return false;
    }
    const std::string_view decimals(point + 1, static_cast<std::size_t>(end - point - 1));
    if (decimals.empty() || decimals.size() > 15) return false;
    std::uint64_t fraction = 0;
    if (!read_decimals(decimals, fraction)) return false;
    const std::uint64_t digits = whole * kPowers[decimals.size()] + fraction;
    if (digits > kExactIntegers) return false;
    number = with_sign(static_cast<double>(digits) / kExactPowers[decimals.size()], negative);
    return true;
}

const char* skip_exponent(const char* at, const char* end) {
    ++at;
    if (at != end && (*at == '+' || *at == '-')) ++at;
    std::uint64_t ignored = 0;
    const char* behind = read_digits(at, end, ignored);
    return behind == at ? nullptr : behind;
}

// Apart from the short way, which needs fewer registers without it.
[[gnu::noinline]] bool parse_any_number(std::string_view text, double& number) {
    const char* at = text.data();
    const char* const end = at + text.size();
    const bool negative = at != end && *at == '-';
    if (negative) ++at;

    const char* const whole = at;
    std::uint64_t digits = 0;
    at = read_digits(at, end, digits);
    auto count = at - whole;
    if (count == 0 || (*whole == '0' && count > 1)) return false;

    std::ptrdiff_t decimals = 0;
    const bool has_point = at != end && *at == '.';
    if (has_point) {
        const char* const fraction = at + 1;
        at = read_digits(fraction, end, digits);
        decimals = at - fraction;
        count += decimals;
        if (decimals == 0) return false;
    }
    const bool has_exponent = at != end && (*at == 'e' || *at == 'E');
    if (has_exponent) at = skip_exponent(at, end);
    if (at != end) return false;

    if (!has_exponent && count <= kExactDigits && digits <= kExactIntegers) {
        const bool is_negative = negative && (has_point || digits != 0);
        number = with_sign(static_cast<double>(digits) / kExactPowers[decimals], is_negative);
        return true;
    }
    if (std::from_chars(text.data(), end, number).ec != std::errc())
        number = *parse_python_float(text);
    return true;
}

}  // namespace

bool parse_json_number(std::string_view text, double& number) {
    return parse_short_number(text, number) || parse_any_number(text, number);
}

}  // namespace boxkited
