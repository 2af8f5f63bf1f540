#pragma once

#include <cstddef>
#include <filesystem>
#include <string>

#include "base/result.h"

namespace boxkited {

// Why a file cannot be read.
struct ReadError {
    enum class Kind { kSystem, kDirectory, kNotRegular, kTooLarge };
    Kind kind = Kind::kSystem;
    int code = 0;  // Of kSystem: errno.
};

// "No such file or directory", "is a directory", "is not a regular file", "is too large".
std::string to_string(const ReadError& error);

// All of a file that is given to the daemon: a config, a baseline, a key. Symbolic links are
// followed, since Kubernetes mounts files as such; a FIFO is refused and not waited for.
//
// Threads: any.
Result<std::string, ReadError> read_regular_file(const std::filesystem::path& path,
                                                 std::size_t most_bytes);

}  // namespace boxkited
