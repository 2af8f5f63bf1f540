#include "base/gunzip_stream.h"

#include <zlib.h>

#include <algorithm>
#include <limits>

namespace boxkited {

struct GunzipStream::Inflater {
    Inflater() { inflateInit2(&stream, 15 + 16); }  // The largest window, gzip framing.
    ~Inflater() { inflateEnd(&stream); }
    Inflater(const Inflater&) = delete;
    Inflater& operator=(const Inflater&) = delete;
    z_stream stream{};
};

GunzipStream::GunzipStream() : inflater_(std::make_unique<Inflater>()) {}
GunzipStream::~GunzipStream() = default;

GunzipStream::Step GunzipStream::unpack(std::string_view bytes, char* out, std::size_t room) {
    constexpr std::size_t kMost = std::numeric_limits<uInt>::max();  // zlib counts in 32 bits.
    const std::size_t given = std::min(bytes.size(), kMost);
    const std::size_t free = std::min(room, kMost);
    z_stream& stream = inflater_->stream;
    stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(bytes.data()));
    stream.avail_in = static_cast<uInt>(given);
    stream.next_out = reinterpret_cast<Bytef*>(out);
    stream.avail_out = static_cast<uInt>(free);

    Step step;
    while (step.good && stream.avail_in > 0 && stream.avail_out > 0) {
        is_padded_ = is_padded_ || (is_whole_ && *stream.next_in == 0);
        if (is_padded_) {
            step.good = *stream.next_in == 0;
            ++stream.next_in;
            --stream.avail_in;
            continue;
        }
        if (is_whole_) inflateReset(&stream);  // Another member follows.
        is_whole_ = false;
        const int result = inflate(&stream, Z_NO_FLUSH);
        is_whole_ = result == Z_STREAM_END;
        step.good = is_whole_ || result == Z_OK;
    }
    step.taken = given - stream.avail_in;
    step.made = free - stream.avail_out;
    return step;
}

}  // namespace boxkited
