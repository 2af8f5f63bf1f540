#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <string_view>

#include "base/result.h"
#include "base/storage.h"

namespace boxkited {

// What stands beside a file of the log that is never written to again, as an empty file:
//
//     1315_model-pod.txt
//     1315_model-pod.txt.sealed      it waits to be shipped,
//     1315_model-pod.txt.shipped     or the object store has it
//
// Lines of its partition that come later go to the next number.
//
// Threads: any.
enum class Seal { kSealed, kShipped };

// "1315_model-pod.txt.sealed"
std::string seal_name(std::string_view file, Seal seal);

struct SealedFile {
    std::string_view name;  // "1315_model-pod.txt"
    Seal seal;
};
// Nothing for a name that no seal of a file of the log has.
std::optional<SealedFile> parse_seal_name(std::string_view name);

// Makes the seal. The file is whole and on the disk.
Result<void, IoError> seal_file(const std::filesystem::path& file, Storage& storage);

}  // namespace boxkited
