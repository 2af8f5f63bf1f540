#include "event/prediction_id.h"

#include <sys/random.h>

#include <cerrno>
#include <cstring>
#include <system_error>

#include "base/hex.h"
#include "base/utc_text.h"

namespace boxkited {

namespace {

constexpr std::size_t kUuidBytes = 16;
constexpr std::size_t kUuidLength = 36;

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
    const auto second = std::chrono::floor<std::chrono::seconds>(time);
    if (uuid_ == 0 || second != second_) {
        text_.resize(prefix_);
        text_.append(UtcText(time).seconds()).append("/");
        uuid_ = text_.size();
        second_ = second;
    }
    text_.resize(uuid_);
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

    char text[] = "00000000-0000-4000-8000-000000000000";
    static constexpr std::size_t kPlaces[kUuidBytes] = {0,  2,  4,  6,  9,  11, 14, 16,
                                                        19, 21, 24, 26, 28, 30, 32, 34};
    for (std::size_t i = 0; i < kUuidBytes; ++i)
        std::memcpy(text + kPlaces[i], kHexPairs.of[bytes[i]], 2);
    text_.append(text, kUuidLength);
}

std::string_view PredictionIdMaker::entity() const {
    const std::string_view text = text_;
    return uuid_ == 0 ? std::string_view() : text.substr(uuid_);
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
