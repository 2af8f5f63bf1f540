#include "shipping/object_body.h"

#include <zstd.h>

#include <algorithm>
#include <cerrno>
#include <new>

namespace boxkited {

namespace {

constexpr std::size_t kPieceBytes = 128 << 10;

}  // namespace

void ObjectBody::FreePacker::operator()(ZSTD_CCtx_s* packer) const { ZSTD_freeCCtx(packer); }

ObjectBody::ObjectBody(File& file, std::uint64_t bytes, ShipOptions::Compression compression)
    : file_(file), bytes_(bytes) {
    if (compression == ShipOptions::Compression::kNone) return;
    packer_.reset(ZSTD_createCCtx());
    if (!packer_) throw std::bad_alloc();
    ZSTD_CCtx_setParameter(packer_.get(), ZSTD_c_checksumFlag, 1);
    unpacked_.resize(kPieceBytes);
    rewind();
}

ObjectBody::~ObjectBody() = default;

void ObjectBody::rewind() {
    offset_ = 0;
    unpacked_begin_ = unpacked_end_ = 0;
    is_packed_ = false;
    if (!packer_) return;
    ZSTD_CCtx_reset(packer_.get(), ZSTD_reset_session_only);
    ZSTD_CCtx_setPledgedSrcSize(packer_.get(), bytes_);
}

Result<std::size_t, IoError> ObjectBody::read(char* buffer, std::size_t size) {
    return packer_ ? read_packed(buffer, size) : read_file(buffer, size);
}

Result<std::size_t, IoError> ObjectBody::read_file(char* buffer, std::size_t size) {
    const auto wanted = static_cast<std::size_t>(std::min<std::uint64_t>(size, bytes_ - offset_));
    if (wanted == 0) return std::size_t{0};
    const auto got = file_.read_at(offset_, buffer, wanted);
    if (got) offset_ += *got;
    return got;
}

Result<std::size_t, IoError> ObjectBody::read_packed(char* buffer, std::size_t size) {
    ZSTD_outBuffer out{buffer, size, 0};
    while (out.pos < out.size && !is_packed_) {
        if (unpacked_begin_ == unpacked_end_ && offset_ < bytes_) {
            const auto got = read_file(unpacked_.data(), unpacked_.size());
            if (!got) return got;
            if (*got == 0) return Failure{IoError{"read", {}, ENODATA}};  // It has become shorter.
            unpacked_begin_ = 0;
            unpacked_end_ = *got;
        }
        const auto mode = offset_ == bytes_ ? ZSTD_e_end : ZSTD_e_continue;
        ZSTD_inBuffer in{unpacked_.data(), unpacked_end_, unpacked_begin_};
        const auto left = ZSTD_compressStream2(packer_.get(), &out, &in, mode);
        if (ZSTD_isError(left)) return Failure{IoError{"compress", {}, EIO}};
        unpacked_begin_ = in.pos;
        is_packed_ = mode == ZSTD_e_end && left == 0;
    }
    return out.pos;
}

}  // namespace boxkited
