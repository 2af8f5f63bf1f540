#pragma once

#include <cstdint>
#include <string_view>

namespace boxkited {

// CRC-32, that of gzip and zlib.
//
// Threads: any.
std::uint32_t crc32_of(std::string_view bytes);
// Of a text that `bytes` end; `begin` is that of what stands before them.
std::uint32_t crc32_of(std::string_view bytes, std::uint32_t begin);

}  // namespace boxkited
