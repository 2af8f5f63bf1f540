#include "event/json_number.h"

#include <charconv>
#include <cstdint>
#include <system_error>

#include "base/number_text.h"

namespace boxkited {

namespace {

// Powers of ten that a double holds exactly. A whole number below 2^53 times or divided by one of
// them is rounded once, hence correctly (Clinger, "How to read floating point numbers
// accurately", 1990).
constexpr double kExactPowers[] = {1e0,  1e1,  1e2,  1e3,  1e4,  1e5,  1e6,  1e7,
                                   1e8,  1e9,  1e10, 1e11, 1e12, 1e13, 1e14, 1e15,
                                   1e16, 1e17, 1e18, 1e19, 1e20, 1e21, 1e22};
constexpr int kExactDigits = 19;  // So many digits never overflow 64 bits.

bool is_digit(const char* at, const char* end) { return at != end && *at >= '0' && *at <= '9'; }

struct Digits {
    std::uint64_t value = 0;
    int count = 0;
};

const char* read_digits(const char* at, const char* end, Digits& digits) {
    for (; is_digit(at, end); ++at, ++digits.count)
        digits.value = digits.value * 10 + static_cast<std::uint64_t>(*at - '0');
    return at;
}

const char* skip_exponent(const char* at, const char* end) {
    ++at;
    if (at != end && (*at == '+' || *at == '-')) ++at;
    Digits digits;
    const char* behind = read_digits(at, end, digits);
    return behind == at ? nullptr : behind;
}

}  // namespace

std::optional<double> parse_json_number(std::string_view text) {
    const char* at = text.data();
    const char* const end = at + text.size();
    const bool negative = at != end && *at == '-';
    if (negative) ++at;

    const char* const whole = at;
    Digits digits;
    at = read_digits(at, end, digits);
    if (at == whole || (*whole == '0' && at - whole > 1)) return std::nullopt;

    int decimals = 0;
    const bool has_point = at != end && *at == '.';
    if (has_point) {
        const int before = digits.count;
        at = read_digits(at + 1, end, digits);
        decimals = digits.count - before;
        if (decimals == 0) return std::nullopt;
    }
    const bool has_exponent = at != end && (*at == 'e' || *at == 'E');
    if (has_exponent) at = skip_exponent(at, end);
    if (at != end) return std::nullopt;

    constexpr std::uint64_t kExactIntegers = 1ULL << 53;
    if (!has_exponent && digits.count <= kExactDigits && digits.value <= kExactIntegers) {
        if (!has_point && digits.value == 0) return 0.0;
        const double magnitude = static_cast<double>(digits.value) / kExactPowers[decimals];
        return negative ? -magnitude : magnitude;
    }
    double value = 0;
    const auto error = std::from_chars(text.data(), end, value).ec;
    return error == std::errc() ? value : parse_python_float(text);
}

}  // namespace boxkited
