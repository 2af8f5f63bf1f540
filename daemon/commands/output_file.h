#pragma once

#include <filesystem>
#include <string>
#include <string_view>

#include "base/result.h"

namespace boxkited {

// Writes a file whole or not at all: beside its place first, then renamed, so that a reader sees
// the old one or the new one. A place that is no regular file, such as a pipe, is written to
// directly. SIGINT and SIGTERM wait until it is done. The error names the file.
Result<void, std::string> write_output(const std::filesystem::path& path, std::string_view text);

}  // namespace boxkited
