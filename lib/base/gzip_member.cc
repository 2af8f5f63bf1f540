#include "base/gzip_member.h"

#include <libdeflate.h>
#include <zlib.h>

#include <cassert>
#include <memory>

#include "base/checksum.h"

namespace boxkited {

namespace {

// A member without a name, a time or anything else that is optional.
constexpr std::string_view kHead("\x1f\x8b\x08\0\0\0\0\0\0\xff", 10);
constexpr int kRawWindow = -15;  // zlib: the largest window, deflate blocks alone.
constexpr int kFast = 1;

struct FreeCompressor {
    void operator()(libdeflate_compressor* compressor) const {
        libdeflate_free_compressor(compressor);
    }
};

void append_little_endian(std::string& out, std::uint32_t value) {
    for (int shift = 0; shift < 32; shift += 8) out += static_cast<char>(value >> shift);
}

}  // namespace

void DeflatedText::append(const DeflatedText& more) {
    blocks += more.blocks;
    crc32 = static_cast<std::uint32_t>(
        crc32_combine(crc32, more.crc32, static_cast<z_off_t>(more.length)));
    length += more.length;
}

DeflatedText deflated(std::string_view text, int level) {
    z_stream stream{};
    deflateInit2(&stream, level, Z_DEFLATED, kRawWindow, 8, Z_DEFAULT_STRATEGY);
    stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(text.data()));
    stream.avail_in = static_cast<uInt>(text.size());
    constexpr std::size_t kFlush = 16;  // What the bound leaves out: an empty block at the end.
    std::string blocks(deflateBound(&stream, static_cast<uLong>(text.size())) + kFlush, '\0');
    stream.next_out = reinterpret_cast<Bytef*>(blocks.data());
    stream.avail_out = static_cast<uInt>(blocks.size());
    [[maybe_unused]] const int result = deflate(&stream, Z_SYNC_FLUSH);
    assert(result == Z_OK && stream.avail_in == 0 && stream.avail_out > 0);
    blocks.resize(stream.total_out);
    deflateEnd(&stream);
    return {std::move(blocks), crc32_of(text), text.size()};
}

GzipMember::GzipMember() { text_.blocks = kHead; }

std::string GzipMember::finish(std::string_view last) && {
    const std::unique_ptr<libdeflate_compressor, FreeCompressor> compressor(
        libdeflate_alloc_compressor(kFast));
    std::string out = std::move(text_.blocks);
    const std::size_t before = out.size();
    out.resize(before + libdeflate_deflate_compress_bound(compressor.get(), last.size()));
    out.resize(before + libdeflate_deflate_compress(compressor.get(), last.data(), last.size(),
                                                    out.data() + before, out.size() - before));
    append_little_endian(out, libdeflate_crc32(text_.crc32, last.data(), last.size()));
    append_little_endian(out, static_cast<std::uint32_t>(text_.length + last.size()));
    return out;
}

std::string gzip(std::string_view text) { return GzipMember().finish(text); }

}  // namespace boxkited
