#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/result.h"
#include "base/storage.h"
#include "shipping/ship_options.h"

struct ZSTD_CCtx_s;

namespace boxkited {

// The bytes of an object that is made of a file: those of the file, or packed. They come piece by
// piece and never lie in memory or on the disk all at once; each time from the start they are the
// same.
//
// Threads: one at a time.
class ObjectBody {
public:
    // Of the file its first `bytes`, which do not change.
    ObjectBody(File& file, std::uint64_t bytes, ShipOptions::Compression compression);
    ~ObjectBody();

    // Fills `buffer` as far as there are bytes; how many these were, 0 at the end.
    Result<std::size_t, IoError> read(char* buffer, std::size_t size);
    void rewind();

private:
    Result<std::size_t, IoError> read_file(char* buffer, std::size_t size);
    Result<std::size_t, IoError> read_packed(char* buffer, std::size_t size);

    File& file_;
    const std::uint64_t bytes_;
    std::uint64_t offset_ = 0;

    struct FreePacker {
        void operator()(ZSTD_CCtx_s* packer) const;
    };
    std::unique_ptr<ZSTD_CCtx_s, FreePacker> packer_;  // Null: the bytes stay as they are.
    std::vector<char> unpacked_;
    std::size_t unpacked_begin_ = 0;
    std::size_t unpacked_end_ = 0;
    bool is_packed_ = false;  // All of it.
};

}  // namespace boxkited
