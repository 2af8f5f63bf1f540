#include "base/json_text.h"

#include "base/utf8.h"

namespace boxkited {

namespace {

void append_unicode_escape(std::string& out, char32_t code) {
    constexpr char kHex[] = "0123456789abcdef";
    out += "\\u";
    for (int shift = 12; shift >= 0; shift -= 4) out += kHex[(code >> shift) & 0xF];
}

bool moves_a_line_or_terminal(char32_t code) {
    return code < 0x20 || (code >= 0x7F && code < 0xA0) || code == 0x2028 || code == 0x2029;
}

void append_quoted(std::string& out, std::string_view text, char quote) {
    out += quote;
    while (!text.empty()) {
        const Utf8Character c = first_character(text);
        text.remove_prefix(c.bytes.empty() ? 1 : c.bytes.size());
        if (c.bytes.empty()) {
            out += "\xEF\xBF\xBD";
        } else if (c.bytes[0] == quote || c.code == '\\') {
            out += '\\';
            out += c.bytes;
        } else if (c.code == '\n') {
            out += "\\n";
        } else if (c.code == '\r') {
            out += "\\r";
        } else if (c.code == '\t') {
            out += "\\t";
        } else if (moves_a_line_or_terminal(c.code)) {
            append_unicode_escape(out, c.code);
        } else {
            out += c.bytes;
        }
    }
    out += quote;
}

}  // namespace

void append_json_string(std::string& out, std::string_view text) { append_quoted(out, text, '"'); }

std::string json_string(std::string_view text) {
    std::string out;
    append_json_string(out, text);
    return out;
}

std::string printable(std::string_view text) {
    std::string quoted = json_string(text);
    return !text.empty() && quoted.size() == text.size() + 2 ? std::string(text) : quoted;
}

std::string quoted_text(std::string_view text, char quote) {
    constexpr std::size_t kLongest = 60;
    std::string shown(text.substr(0, kLongest));
    if (text.size() > kLongest) {
        const auto continues = [](char c) {
            return (static_cast<unsigned char>(c) & 0xC0) == 0x80;
        };
        while (!shown.empty() && continues(text[shown.size()])) shown.pop_back();
        shown += "...";
    }
    std::string out;
    append_quoted(out, shown, quote);
    return out;
}

}  // namespace boxkited
