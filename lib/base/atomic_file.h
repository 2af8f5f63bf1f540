#pragma once

#include <filesystem>
#include <string>
#include <string_view>

#include "base/result.h"
#include "base/storage.h"

namespace boxkited {

// Replaces the file by one that holds `bytes`: whoever reads it, also after a crash, finds the old
// contents or the new ones, on the disk when this returns. Makes the folder. Uses `{path}.new`,
// which does not outlive a failure.
//
// Threads: any, but one at a time for each path.
Result<void, IoError> replace_file(Storage& storage, const std::filesystem::path& path,
                                   std::string_view bytes);

// All of a file, up to `most` bytes; a longer one is EFBIG.
Result<std::string, IoError> read_file(Storage& storage, const std::filesystem::path& path,
                                       std::size_t most);

}  // namespace boxkited
