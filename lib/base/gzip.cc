#include "base/gzip.h"

#include <zlib.h>

#include <algorithm>
#include <cassert>
#include <limits>

namespace boxkited {

namespace {

constexpr int kGzipWindow = 15 + 16;  // zlib: the largest window, gzip framing.

// zlib counts input in 32 bits and never writes to it.
void set_input(z_stream& stream, std::string_view bytes) {
    assert(bytes.size() <= std::numeric_limits<uInt>::max());
    stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(bytes.data()));
    stream.avail_in = static_cast<uInt>(bytes.size());
}

void set_output(z_stream& stream, char* begin, std::size_t size) {
    stream.next_out = reinterpret_cast<Bytef*>(begin);
    stream.avail_out = static_cast<uInt>(size);
}

class Inflater {
public:
    Inflater() { inflateInit2(&stream_, kGzipWindow); }
    ~Inflater() { inflateEnd(&stream_); }
    Inflater(const Inflater&) = delete;
    Inflater& operator=(const Inflater&) = delete;
    z_stream& stream() { return stream_; }

private:
    z_stream stream_{};
};

}  // namespace

Result<std::string, GunzipError> gunzip(std::string_view bytes, std::size_t limit) {
    Inflater inflater;
    z_stream& stream = inflater.stream();
    set_input(stream, bytes);

    std::string out;
    for (;;) {
        const std::size_t before = out.size();
        // One byte more than the limit tells "full" from "too large".
        const std::size_t step = std::min(std::max<std::size_t>(before, 4096), limit + 1 - before);
        if (step == 0) return Failure{GunzipError::kTooLarge};
        out.resize(before + step);
        set_output(stream, out.data() + before, step);
        const int result = inflate(&stream, Z_NO_FLUSH);
        out.resize(out.size() - stream.avail_out);
        if (result == Z_STREAM_END) {
            if (out.size() > limit) return Failure{GunzipError::kTooLarge};
            if (stream.avail_in == 0) return out;
            inflateReset(&stream);  // Another member follows.
        } else if (result != Z_OK || (stream.avail_in == 0 && stream.avail_out > 0)) {
            return Failure{GunzipError::kNotGzip};
        }
    }
}

}  // namespace boxkited
