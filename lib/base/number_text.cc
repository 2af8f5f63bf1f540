#include "base/number_text.h"

#include <charconv>
#include <cmath>
#include <limits>
#include <system_error>

#include "base/ascii_text.h"

namespace boxkited {

namespace {

constexpr std::string_view kPythonSpaces = " \t\n\r\f\v\x1c\x1d\x1e\x1f";

// Python takes an underscore only between two digits.
bool remove_underscores(std::string_view text, std::string& out) {
    for (std::size_t i = 0; i < text.size(); ++i) {
        if (text[i] != '_') {
            out += text[i];
        } else if (i == 0 || i + 1 == text.size() || !is_digit(text[i - 1]) ||
                   !is_digit(text[i + 1])) {
            return false;
        }
    }
    return true;
}

// Whether an out-of-range number is too large rather than too small: the position of its first
// significant digit, moved by its exponent, tells.
bool is_beyond_range(std::string_view unsigned_text) {
    const auto e = unsigned_text.find_first_of("eE");
    const std::string_view digits = unsigned_text.substr(0, e);
    long long exponent = 0;
    if (e != unsigned_text.npos) {
        std::string_view text = unsigned_text.substr(e + 1);
        if (text.starts_with('+')) text.remove_prefix(1);
        const bool negative = text.starts_with('-');
        const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), exponent);
        if (error == std::errc::result_out_of_range)
            exponent = negative ? -4'000'000'000'000LL : 4'000'000'000'000LL;
    }
    const auto point = std::min(digits.find('.'), digits.size());
    const auto first = digits.find_first_not_of("0.");
    if (first == digits.npos) return false;
    const auto magnitude = static_cast<long long>(point) - static_cast<long long>(first);
    return magnitude + exponent > 0;
}

}  // namespace

void append_python_float(std::string& out, double value) {
    if (std::isnan(value)) {
        out += "nan";
        return;
    }
    if (std::isinf(value)) {
        out += value < 0 ? "-inf" : "inf";
        return;
    }
    char buffer[32];
    const double magnitude = std::fabs(value);
    const bool plain = magnitude == 0 || (magnitude >= 1e-4 && magnitude < 1e16);
    const auto format = plain ? std::chars_format::fixed : std::chars_format::scientific;
    const auto end = std::to_chars(buffer, buffer + sizeof buffer, value, format).ptr;
    const std::string_view text(buffer, static_cast<std::size_t>(end - buffer));
    out += text;
    if (plain && text.find('.') == text.npos) out += ".0";
}

std::string python_float(double value) {
    std::string text;
    append_python_float(text, value);
    return text;
}

std::optional<double> parse_python_float(std::string_view text) {
    text = trimmed(text, kPythonSpaces);
    std::string without_underscores;
    if (text.find('_') != text.npos) {
        if (!remove_underscores(text, without_underscores)) return std::nullopt;
        text = without_underscores;
    }
    const bool negative = text.starts_with('-');
    if (negative || text.starts_with('+')) text.remove_prefix(1);
    if (text.empty()) return std::nullopt;

    const double sign = negative ? -1.0 : 1.0;
    if (equals_ignoring_case(text, "nan")) return std::numeric_limits<double>::quiet_NaN();
    if (equals_ignoring_case(text, "inf") || equals_ignoring_case(text, "infinity"))
        return sign * std::numeric_limits<double>::infinity();
    // from_chars() also reads what float() refuses, such as a second sign or `nan(1)`.
    if (!is_digit(text[0]) && text[0] != '.') return std::nullopt;

    double value = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (end != text.data() + text.size() || error == std::errc::invalid_argument)
        return std::nullopt;
    if (error == std::errc::result_out_of_range)
        value = is_beyond_range(text) ? std::numeric_limits<double>::infinity() : 0.0;
    return sign * value;
}

void append_integer(std::string& out, std::uint64_t value) {
    char buffer[20];
    const auto end = std::to_chars(buffer, buffer + sizeof buffer, value).ptr;
    out.append(buffer, end);
}

}  // namespace boxkited
