#include "baseline/prometheus_text.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <cstdint>
#include <cstring>

#include "base/ascii_text.h"
#include "base/json_text.h"
#include "base/number_text.h"
#include "base/utf8.h"

namespace boxkited {

namespace {

using Status = Result<void, std::string>;

constexpr std::size_t kMostLabels = 64;

bool is_blank(char c) { return c == ' ' || c == '\t'; }

constexpr bool is_name_start(char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_' || c == ':';
}

constexpr auto kIsNameCharacter = [] {
    std::array<bool, 256> table{};
    for (std::size_t i = 0; i < table.size(); ++i)
        table[i] = is_name_start(static_cast<char>(i)) || (i >= '0' && i <= '9');
    return table;
}();

bool is_name_character(char c) { return kIsNameCharacter[static_cast<unsigned char>(c)]; }

void skip_blanks(std::string_view& text) {
    std::size_t blanks = 0;
    while (blanks < text.size() && is_blank(text[blanks])) ++blanks;
    text.remove_prefix(blanks);
}

std::string_view without_end_blanks(std::string_view text) {
    return text.substr(0, text.find_last_not_of(" \t\r") + 1);
}

bool skip(std::string_view& text, char c) {
    if (!text.starts_with(c)) return false;
    text.remove_prefix(1);
    return true;
}

// Takes the first `size` characters off `text`.
std::string_view take(std::string_view& text, std::size_t size) {
    const auto taken = text.substr(0, size);
    text.remove_prefix(taken.size());
    return taken;
}

// Empty when no name is there.
std::string_view take_name(std::string_view& text) {
    if (text.empty() || !is_name_start(text[0])) return {};
    std::size_t end = 1;
    while (end < text.size() && is_name_character(text[end])) ++end;
    return take(text, end);
}

std::string_view take_word(std::string_view& text) {
    std::size_t end = 0;
    while (end < text.size() && !is_blank(text[end])) ++end;
    return take(text, end);
}

bool is_ascii(std::string_view text) {
    constexpr std::uint64_t kHighBits = 0x8080808080808080;
    std::uint64_t seen = 0;
    std::size_t at = 0;
    for (; at + 8 <= text.size(); at += 8) {
        std::uint64_t word;
        std::memcpy(&word, text.data() + at, 8);
        seen |= word;
    }
    for (; at < text.size(); ++at) seen |= static_cast<unsigned char>(text[at]);
    return (seen & kHighBits) == 0 && (seen & 0x80) == 0;
}

Status check_characters(std::string_view line) {
    if (line.find('\0') != line.npos) return Failure{std::string("a NUL byte; this is not text")};
    if (!is_ascii(line) && !is_utf8(line)) return Failure{std::string("not valid UTF-8")};
    return {};
}

// Where the quote that ends a label value is; npos without one.
std::size_t end_of_label_value(std::string_view text) {
    for (std::size_t at = 0; at < text.size(); ++at) {
        if (text[at] == '"') return at;
        if (text[at] == '\\') ++at;
    }
    return text.npos;
}

// One `name="value"`.
Status cut_label(std::string_view& rest, TextLine& out) {
    const std::string_view name = take_name(rest);
    if (name.empty())
        return Failure{"a label name is expected in the labels of " + in_quotes(out.name)};
    skip_blanks(rest);
    if (!skip(rest, '=')) return Failure{"= is expected behind the label name " + in_quotes(name)};
    skip_blanks(rest);
    if (!skip(rest, '"'))
        return Failure{"the value of label " + in_quotes(name) + " must stand in quotes"};
    const auto end = end_of_label_value(rest);
    if (end == rest.npos) return Failure{"the value of label " + in_quotes(name) + " does not end"};
    if (out.label(name)) return Failure{"label " + in_quotes(name) + " stands twice"};
    // Each is compared with all before it.
    if (out.labels.size() == kMostLabels)
        return Failure{in_quotes(out.name) + " has too many labels"};
    out.labels.push_back({name, take(rest, end)});
    rest.remove_prefix(1);
    return {};
}

// What follows the opening brace, up to and with the closing one.
Status cut_labels(std::string_view& rest, TextLine& out) {
    for (;;) {
        skip_blanks(rest);
        if (skip(rest, '}')) return {};
        if (auto cut = cut_label(rest, out); !cut) return cut;
        skip_blanks(rest);
        if (!skip(rest, ',') && !rest.starts_with('}'))
            return Failure{"a comma or } is expected behind label " +
                           in_quotes(out.labels.back().name)};
    }
}

// What may follow the value: a timestamp, an exemplar, both.
Status check_tail(std::string_view rest, std::string_view name) {
    skip_blanks(rest);
    if (rest.empty() || rest.starts_with('#')) return {};
    const std::string_view timestamp = take_word(rest);
    if (!parse_sample_number(timestamp))
        return Failure{"timestamp " + in_quotes(timestamp) + " of " + in_quotes(name) +
                       " is not a number"};
    skip_blanks(rest);
    if (rest.empty() || rest.starts_with('#')) return {};
    return Failure{"unexpected text behind the timestamp of " + in_quotes(name)};
}

Status cut_sample(std::string_view rest, TextLine& out) {
    out.kind = TextLine::Kind::kSample;
    out.name = take_name(rest);
    if (out.name.empty()) return Failure{std::string("a metric name is expected")};
    const bool spaced = !rest.empty() && is_blank(rest[0]);
    skip_blanks(rest);
    if (skip(rest, '{')) {
        if (auto cut = cut_labels(rest, out); !cut) return cut;
        skip_blanks(rest);
    } else if (!spaced && !rest.empty()) {
        return Failure{"unexpected character behind the name " + in_quotes(out.name)};
    }
    out.text = take_word(rest);
    if (out.text.empty()) return Failure{in_quotes(out.name) + " has no value"};
    return check_tail(rest, out.name);
}

// What follows the `#`. Only HELP and TYPE mean anything.
Status cut_comment(std::string_view rest, TextLine& out) {
    if (rest.empty() || !is_blank(rest[0])) return {};
    skip_blanks(rest);
    const std::string_view keyword = take_word(rest);
    if (keyword != "HELP" && keyword != "TYPE") return {};
    skip_blanks(rest);
    out.name = take_name(rest);
    if (out.name.empty() || (!rest.empty() && !is_blank(rest[0])))
        return Failure{"a metric name is expected behind " + std::string(keyword)};
    skip_blanks(rest);
    out.kind = keyword == "HELP" ? TextLine::Kind::kHelp : TextLine::Kind::kType;
    // The name of a feature may end in a blank.
    out.text = keyword == "HELP" ? rest : without_end_blanks(rest);
    return {};
}

// As most counts are: `12`, `12.0`. Nothing for others.
std::optional<double> whole_number(std::string_view text) {
    constexpr std::size_t kExactDigits = 15;
    std::uint64_t number = 0;
    std::size_t digits = 0;
    for (; digits < std::min(text.size(), kExactDigits) && is_digit(text[digits]); ++digits)
        number = 10 * number + static_cast<std::uint64_t>(text[digits] - '0');
    const std::string_view rest = text.substr(digits);
    if (digits == 0 || (!rest.empty() && rest != ".0")) return std::nullopt;
    return static_cast<double>(number);
}

// As most bounds are: digits first, and within the range of double. Nothing for others.
std::optional<double> plain_number(std::string_view text) {
    if (text.empty() || !is_digit(text[0])) return std::nullopt;
    double number = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
    if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
    return number;
}

}  // namespace

std::optional<std::string_view> TextLine::label(std::string_view label_name) const {
    for (const Label& label : labels)
        if (label.name == label_name) return label.value;
    return std::nullopt;
}

Status cut_line(std::string_view line, TextLine& out) {
    out.kind = TextLine::Kind::kOther;
    out.name = out.text = {};
    out.labels.clear();
    if (auto checked = check_characters(line); !checked) return checked;

    // All of them: what is left of a name is written at the end of a line, and read again.
    while (line.ends_with('\r')) line.remove_suffix(1);
    skip_blanks(line);
    if (skip(line, '#')) return cut_comment(line, out);
    line = without_end_blanks(line);
    return line.empty() ? Status() : cut_sample(line, out);
}

std::optional<double> parse_sample_number(std::string_view text) {
    if (const auto number = whole_number(text)) return number;
    // Python's float() takes these, the formats do not.
    const auto is_pythons = [](char c) { return c == '_' || static_cast<unsigned char>(c) <= ' '; };
    if (std::any_of(text.begin(), text.end(), is_pythons)) return std::nullopt;
    if (const auto number = plain_number(text)) return number;
    return parse_python_float(text);
}

std::string in_quotes(std::string_view text) {
    constexpr std::size_t kLongest = 60;
    if (text.size() <= kLongest) return json_string(text);
    std::size_t end = kLongest;
    while (end > 0 && (static_cast<unsigned char>(text[end]) & 0xC0) == 0x80) --end;
    return json_string(std::string(text.substr(0, end)) + "...");
}

}  // namespace boxkited
