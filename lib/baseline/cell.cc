#include "baseline/cell.h"

#include <algorithm>
#include <array>
#include <cassert>
#include <charconv>
#include <cmath>
#include <cstdint>
#include <cstring>
#include <optional>
#include <system_error>

#include "base/number_text.h"

namespace boxkited {

// Most cells of most tables are plain decimal numbers beyond the sample, of which it matters only
// that they are numbers: their digits are looked over eight at a time and never converted.

namespace {

bool is_digit(char c) { return c >= '0' && c <= '9'; }

// Digits are the bytes whose upper half is 3, also when 6 is added.
bool are_eight_digits(const char* at) {
    constexpr std::uint64_t kUpper = 0xf0f0f0f0f0f0f0f0;
    constexpr std::uint64_t kThrees = 0x3030303030303030;
    constexpr std::uint64_t kSixes = 0x0606060606060606;
    std::uint64_t bytes;
    std::memcpy(&bytes, at, sizeof bytes);
    return (bytes & kUpper) == kThrees && ((bytes + kSixes) & kUpper) == kThrees;
}

const char* behind_digits(const char* at, const char* end) {
    const char* const begin = at;
    while (end - at >= 8 && are_eight_digits(at)) at += 8;
    // What is left of a long number, together with digits that were looked at.
    if (at != begin && end - at < 8 && are_eight_digits(end - 8)) return end;
    while (at != end && is_digit(*at)) ++at;
    return at;
}

const char* behind_sign(const char* at, const char* end) {
    return at != end && (*at == '-' || *at == '+') ? at + 1 : at;
}

bool is_plain_number(std::string_view cell) {
    const char* const end = cell.data() + cell.size();
    const char* const whole = behind_sign(cell.data(), end);
    const char* at = behind_digits(whole, end);
    auto digits = at - whole;
    if (at != end && *at == '.') {
        const char* const decimals = at + 1;
        at = behind_digits(decimals, end);
        digits += at - decimals;
    }
    if (digits == 0) return false;
    if (at == end) return true;
    if (*at != 'e' && *at != 'E') return false;
    const char* const exponent = behind_sign(at + 1, end);
    at = behind_digits(exponent, end);
    return at == end && at != exponent;
}

std::string_view without_blanks(std::string_view cell) {
    constexpr std::string_view kBlank = " \t\r\n\f\v";
    const auto first = cell.find_first_not_of(kBlank);
    if (first == cell.npos) return {};
    return cell.substr(first, cell.find_last_not_of(kBlank) - first + 1);
}

bool is_one_of(std::string_view word, const std::array<std::string_view, 3>& words) {
    return std::find(words.begin(), words.end(), word) != words.end();
}

std::optional<double> truth(std::string_view word) {
    if (is_one_of(word, {"true", "True", "TRUE"})) return 1.0;
    if (is_one_of(word, {"false", "False", "FALSE"})) return 0.0;
    return std::nullopt;
}

}  // namespace

CellKind cell_kind(std::string_view cell) {
    if (is_plain_number(cell)) return CellKind::kNumber;
    const std::string_view word = without_blanks(cell);
    if (is_one_of(word, {"", "NA", "null"})) return CellKind::kMissing;
    if (truth(word)) return CellKind::kNumber;
    const auto number = parse_python_float(word);
    if (!number) return CellKind::kText;
    return std::isnan(*number) ? CellKind::kMissing : CellKind::kNumber;
}

double cell_number(std::string_view cell) {
    double value = 0;
    const char* const end = cell.data() + cell.size();
    const auto [behind, error] = std::from_chars(cell.data(), end, value);
    if (behind == end && error == std::errc() && std::isfinite(value)) return value;
    if (const auto number = truth(without_blanks(cell))) return *number;
    const auto number = parse_python_float(cell);
    assert(number);
    return *number;
}

}  // namespace boxkited
