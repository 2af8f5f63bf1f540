#pragma once

#include <cstddef>
#include <string>
#include <string_view>

#include "base/result.h"

namespace boxkited {

enum class GunzipError { kNotGzip, kTooLarge };

// What a gzip file (one member or several) holds, at most `limit` bytes. Memory never exceeds
// what has come out so far: a small bomb is refused at the limit.
//
// Threads: any.
Result<std::string, GunzipError> gunzip(std::string_view bytes, std::size_t limit);

}  // namespace boxkited
