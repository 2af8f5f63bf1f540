#include "event/json_number.h"

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
constexpr std::ptrdiff_t kExactDigits = 19;  // So many digits never overflow 64 bits.

// The value of eight digits, the first one in the lowest byte: pairs, fours and eights are summed
// side by side.
std::uint64_t value_of_eight(std::uint64_t digits) {
    digits = (digits & 0x0F0F0F0F0F0F0F0F) * (1 + (10 << 8)) >> 8;
    digits = (digits & 0x00FF00FF00FF00FF) * (1 + (100 << 16)) >> 16;
    return (digits & 0x0000FFFF0000FFFF) * (1 + (std::uint64_t{10'000} << 32)) >> 32;
}

bool are_eight_digits(std::uint64_t bytes) {
    // The high halves are all 3, also after 6 was added to the low ones.
    return ((bytes & 0xF0F0F0F0F0F0F0F0) |
            ((bytes + 0x0606060606060606) & 0xF0F0F0F0F0F0F0F0) >> 4) == 0x3333333333333333;
}

// Adds the digits at `at` to `value`, which may overflow; where they end.
inline const char* read_digits(const char* at, const char* end, std::uint64_t& value) {
    for (; at != end && is_digit(*at); ++at)
        value = value * 10 + static_cast<std::uint64_t>(*at - '0');
    return at;
}

// The same, faster where there are many.
inline const char* read_many_digits(const char* at, const char* end, std::uint64_t& value) {
    if constexpr (std::endian::native == std::endian::little) {
        for (std::uint64_t bytes = 0; end - at >= 8; at += 8) {
            std::memcpy(&bytes, at, sizeof bytes);
            if (!are_eight_digits(bytes)) break;
            value = value * 100'000'000 + value_of_eight(bytes);
        }
    }
    return read_digits(at, end, value);
}

const char* skip_exponent(const char* at, const char* end) {
    ++at;
    if (at != end && (*at == '+' || *at == '-')) ++at;
    std::uint64_t ignored = 0;
    const char* behind = read_digits(at, end, ignored);
    return behind == at ? nullptr : behind;
}

// Any number. `at` is the end of what its whole part and its decimals may be.
[[gnu::noinline]] std::optional<double> parse_long_number(std::string_view text, const char* at) {
    const char* const end = text.data() + text.size();
    const bool has_exponent = at != end && (*at == 'e' || *at == 'E');
    if (has_exponent) at = skip_exponent(at, end);
    if (at != end) return std::nullopt;
    double value = 0;
    const auto error = std::from_chars(text.data(), end, value).ec;
    return error == std::errc() ? value : parse_python_float(text);
}

}  // namespace

std::optional<double> parse_json_number(std::string_view text) {
    const char* at = text.data();
    const char* const end = at + text.size();
    const bool negative = at != end && *at == '-';
    if (negative) ++at;

    const char* const whole = at;
    std::uint64_t digits = 0;
    at = read_digits(at, end, digits);
    auto count = at - whole;
    if (count == 0 || (*whole == '0' && count > 1)) return std::nullopt;

    std::ptrdiff_t decimals = 0;
    const bool has_point = at != end && *at == '.';
    if (has_point) {
        const char* const fraction = at + 1;
        at = read_many_digits(fraction, end, digits);
        decimals = at - fraction;
        count += decimals;
        if (decimals == 0) return std::nullopt;
    }
    constexpr std::uint64_t kExactIntegers = 1ULL << 53;
    if (at != end || count > kExactDigits || digits > kExactIntegers)
        return parse_long_number(text, at);
    if (!has_point && digits == 0) return 0.0;
    const double magnitude = static_cast<double>(digits) / kExactPowers[decimals];
    return negative ? -magnitude : magnitude;
}

}  // namespace boxkited
