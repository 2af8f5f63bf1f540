#include "base/utf8.h"

#include <cstddef>

namespace boxkited {

Utf8Character first_character(std::string_view text) {
    const auto byte = [&](std::size_t i) { return static_cast<unsigned char>(text[i]); };
    const unsigned char lead = byte(0);
    if (lead < 0x80) return {lead, text.substr(0, 1)};

    struct Form {
        std::size_t length;
        char32_t lead_bits;
        char32_t smallest;
    };
    const Form form = lead >= 0xC2 && lead <= 0xDF   ? Form{2, lead & 0x1Fu, 0x80}
                      : (lead & 0xF0) == 0xE0        ? Form{3, lead & 0x0Fu, 0x800}
                      : lead >= 0xF0 && lead <= 0xF4 ? Form{4, lead & 0x07u, 0x10000}
                                                     : Form{0, 0, 0};
    if (form.length == 0 || text.size() < form.length) return {0, {}};

    char32_t code = form.lead_bits;
    for (std::size_t i = 1; i < form.length; ++i) {
        if ((byte(i) & 0xC0) != 0x80) return {0, {}};
        code = code << 6 | (byte(i) & 0x3Fu);
    }
    if (code < form.smallest || code > 0x10FFFF || (code >= 0xD800 && code <= 0xDFFF))
        return {0, {}};
    return {code, text.substr(0, form.length)};
}

bool is_utf8(std::string_view text) {
    while (!text.empty()) {
        const Utf8Character c = first_character(text);
        if (c.bytes.empty()) return false;
        text.remove_prefix(c.bytes.size());
    }
    return true;
}

}  // namespace boxkited
