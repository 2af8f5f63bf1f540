#include "event/prediction_id.h"

#include <sys/random.h>

#include <cerrno>
#include <cstring>
#include <system_error>

#include "base/utc_text.h"

namespace boxkited {

namespace {

constexpr std::size_t kUuidBytes = 16;
constexpr std::size_t kUuidLength = 36;
constexpr char kHex[] = "0123456789abcdef";

bool is_dash_position(std::size_t i) { return i == 8 || i == 13 || i == 18 || i == 23; }

bool is_hex(char c) { return (c >= '0' && c <= '9') || ((c | 0x20) >= 'a' && (c | 0x20) <= 'f'); }

void fill_random(unsigned char* bytes, std::size_t size) {
    for (std::size_t filled = 0; filled < size;) {
        const ssize_t got = getrandom(bytes + filled, size - filled, 0);
        if (got > 0) {
            filled += static_cast<std::size_t>(got);
        } else if (errno != EINTR) {
            throw std::system_error(errno, std::generic_category(), "getrandom");
        }
    }
}

}  // namespace

PredictionIdMaker::PredictionIdMaker(std::string_view server_id) : text_(server_id) {
    text_ += '/';
    prefix_ = text_.size();
}

std::string_view PredictionIdMaker::make(WallTime time) {
    text_.resize(prefix_);
    append_utc_seconds(text_, time);
    text_ += '/';
    append_uuid();
    return text_;
}

// RFC 4122, version 4: 122 random bits, six fixed ones.
void PredictionIdMaker::append_uuid() {
    if (random_used_ == random_.size()) {
        fill_random(random_.data(), random_.size());
        random_used_ = 0;
    }
    unsigned char bytes[kUuidBytes];
    std::memcpy(bytes, random_.data() + random_used_, kUuidBytes);
    random_used_ += kUuidBytes;
    bytes[6] = static_cast<unsigned char>((bytes[6] & 0x0F) | 0x40);
    bytes[8] = static_cast<unsigned char>((bytes[8] & 0x3F) | 0x80);

    char text[kUuidLength];
    char* out = text;
    for (const unsigned char byte : bytes) {
        if (is_dash_position(static_cast<std::size_t>(out - text))) *out++ = '-';
        *out++ = kHex[byte >> 4];
        *out++ = kHex[byte & 0xF];
    }
    text_.append(text, sizeof text);
}

std::string_view entity_of(std::string_view id) {
    if (id.size() < kUuidLength) return {};
    const std::string_view tail = id.substr(id.size() - kUuidLength);
    if (id.size() > kUuidLength && id[id.size() - kUuidLength - 1] != '/') return {};
    for (std::size_t i = 0; i < tail.size(); ++i)
        if (is_dash_position(i) ? tail[i] != '-' : !is_hex(tail[i])) return {};
    return tail;
}

}  // namespace boxkited
