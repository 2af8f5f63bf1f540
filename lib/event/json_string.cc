#include "event/json_string.h"

#include <charconv>
#include <optional>

namespace boxkited {

namespace {

std::optional<char32_t> hex4(std::string_view text) {
    unsigned value = 0;
    if (text.size() < 4) return std::nullopt;
    const auto [end, error] = std::from_chars(text.data(), text.data() + 4, value, 16);
    if (error != std::errc() || end != text.data() + 4) return std::nullopt;
    return value;
}

bool is_high_surrogate(char32_t code) { return code >= 0xD800 && code < 0xDC00; }
bool is_low_surrogate(char32_t code) { return code >= 0xDC00 && code < 0xE000; }

// Takes the digits behind `\u`, and the second half of a pair, off the front of `rest`.
std::optional<char32_t> take_unicode(std::string_view& rest) {
    const auto code = hex4(rest);
    if (!code || is_low_surrogate(*code)) return std::nullopt;
    rest.remove_prefix(4);
    if (!is_high_surrogate(*code)) return code;

    if (!rest.starts_with("\\u")) return std::nullopt;
    const auto low = hex4(rest.substr(2));
    if (!low || !is_low_surrogate(*low)) return std::nullopt;
    rest.remove_prefix(6);
    return 0x10000 + ((*code - 0xD800) << 10) + (*low - 0xDC00);
}

void append_utf8(std::string& out, char32_t code) {
    const auto tail = [&](int shift) { out += static_cast<char>(0x80 | (code >> shift & 0x3F)); };
    if (code < 0x80) {
        out += static_cast<char>(code);
    } else if (code < 0x800) {
        out += static_cast<char>(0xC0 | code >> 6);
        tail(0);
    } else if (code < 0x10000) {
        out += static_cast<char>(0xE0 | code >> 12);
        tail(6);
        tail(0);
    } else {
        out += static_cast<char>(0xF0 | code >> 18);
        tail(12);
        tail(6);
        tail(0);
    }
}

// Takes what stands behind a backslash off the front of `rest`: the character that is meant.
std::optional<char32_t> take_escape(std::string_view& rest) {
    if (rest.empty()) return std::nullopt;
    const char escape = rest.front();
    rest.remove_prefix(1);
    switch (escape) {
        case '"':
        case '\\':
        case '/':
            return static_cast<char32_t>(escape);
        case 'b':
            return U'\b';
        case 'f':
            return U'\f';
        case 'n':
            return U'\n';
        case 'r':
            return U'\r';
        case 't':
            return U'\t';
        case 'u':
            return take_unicode(rest);
        default:
            return std::nullopt;
    }
}

}  // namespace

bool unescape_json(std::string_view rest, std::string& out) {
    for (;;) {
        const auto backslash = find_backslash(rest);
        out += rest.substr(0, backslash);
        if (backslash == rest.npos) return true;
        rest.remove_prefix(backslash + 1);
        const auto meant = take_escape(rest);
        if (!meant) return false;
        append_utf8(out, *meant);
    }
}

bool has_good_escapes(std::string_view rest) {
    for (;;) {
        const auto backslash = find_backslash(rest);
        if (backslash == rest.npos) return true;
        rest.remove_prefix(backslash + 1);
        // Nearly all are quotes, of JSON within JSON.
        if (rest.starts_with('"'))
            rest.remove_prefix(1);
        else if (!take_escape(rest))
            return false;
    }
}

}  // namespace boxkited
