#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace boxkited {

// Numbers as bytes, small ones in few: seven bits a byte, the lowest first, and the eighth bit set
// in all but the last (LEB128).
inline void append_packed(std::string& out, std::uint64_t number) {
    for (; number >= 0x80; number >>= 7) out += static_cast<char>(number | 0x80);
    out += static_cast<char>(number);
}

// Takes packed numbers, and texts behind their length, off the front of `bytes`.
//
// Threads: one at a time.
class PackedReader {
public:
    explicit PackedReader(std::string_view bytes) : bytes_(bytes) {}

    bool is_at_end() const { return bytes_.empty(); }

    // Nothing when the bytes end within the number, or it is beyond 64 bits.
    std::optional<std::uint64_t> number() {
        std::uint64_t number = 0;
        for (unsigned i = 0; i < bytes_.size() && i < 10; ++i) {
            const auto byte = static_cast<unsigned char>(bytes_[i]);
            if (i == 9 && byte > 1) return std::nullopt;
            number |= static_cast<std::uint64_t>(byte & 0x7F) << (7 * i);
            if (byte >= 0x80) continue;
            bytes_.remove_prefix(i + 1);
            return number;
        }
        return std::nullopt;
    }

    std::optional<std::string_view> text() {
        const auto size = number();
        if (!size || *size > bytes_.size()) return std::nullopt;
        const std::string_view text = bytes_.substr(0, *size);
        bytes_.remove_prefix(*size);
        return text;
    }

private:
    std::string_view bytes_;
};

inline void append_packed(std::string& out, std::string_view text) {
    append_packed(out, static_cast<std::uint64_t>(text.size()));
    out += text;
}

}  // namespace boxkited
