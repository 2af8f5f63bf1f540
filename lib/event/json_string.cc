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

// Whether a quote stands behind each backslash: JSON within JSON has one every few bytes, and no
// other escape. All of a block is looked at without a branch, so that compilers look at many bytes
// at once. False for what is no longer than a block.
bool has_escaped_quotes_alone(std::string_view text) {
    constexpr std::size_t kBlock = 64;
    if (text.size() <= kBlock) return false;
    const auto is_good = [](const char* block) {
        unsigned char others = 0;
        for (std::size_t i = 0; i < kBlock; ++i)
            others |= static_cast<unsigned char>(block[i] == '\\') &
                      static_cast<unsigned char>(block[i + 1] != '"');
        return others == 0;
    };
    const char* const last = text.data() + text.size() - kBlock - 1;
    for (const char* block = text.data(); block < last; block += kBlock)
        if (!is_good(block)) return false;
    return is_good(last) && text.back() != '\\';
}

}  // namespace

bool unescape_json(std::string_view rest, std::string& out) {
    for (;;) {
        const auto backslash = rest.find('\\');
        out += rest.substr(0, backslash);
        if (backslash == rest.npos) return true;
        rest.remove_prefix(backslash + 1);
        const auto meant = take_escape(rest);
        if (!meant) return false;
        append_utf8(out, *meant);
    }
}

bool has_good_escapes(std::string_view rest) {
    if (has_escaped_quotes_alone(rest)) return true;
    for (;;) {
        const auto backslash = rest.find('\\');
        if (backslash == rest.npos) return true;
        rest.remove_prefix(backslash + 1);
        if (!take_escape(rest)) return false;
    }
}

}  // namespace boxkited
