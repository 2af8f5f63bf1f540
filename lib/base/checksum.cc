#include "base/checksum.h"

#include <libdeflate.h>

namespace boxkited {

std::uint32_t crc32_of(std::string_view bytes) { return crc32_of(bytes, 0); }

std::uint32_t crc32_of(std::string_view bytes, std::uint32_t begin) {
    return libdeflate_crc32(begin, bytes.data(), bytes.size());
}

}  // namespace boxkited
