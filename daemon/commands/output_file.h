#pragma once

#include <filesystem>
#include <string>
#include <string_view>

#include "base/result.h"

namespace boxkited {

// Writes a file whole or not at all: beside its place first, then renamed, so that a reader sees
// the old one or the new one; SIGINT and SIGTERM wait until it is done. The new one has the mode of
// the old one. A link stays, and the file that it leads to is written, whether it is there or not.
// What is no regular file, such as a pipe, and standard output under any name are written to
// directly. The error names the file.
Result<void, std::string> write_output(const std::filesystem::path& path, std::string_view text);

}  // namespace boxkited
