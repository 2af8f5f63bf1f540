#pragma once

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "base/result.h"
#include "table/table_error.h"
#include "table/table_reader.h"

namespace boxkited {

// The partitions of the prediction log in `folder` and in folders below it, in order of their
// paths: {YYYY-MM-DD}/{HHMM}_{logger}-{replica}.txt, or .txt.gz where that
// was packed since and the .txt is gone. An error when there is none.
//
// Threads: any.
Result<std::vector<TableFile>, TableError> log_files(const std::filesystem::path& folder);

// What files and folders stand for, in their order: of a folder log_files(). A file is taken for a
// log when it stands in the folder of a day and is called like a partition.
//
// Threads: any.
Result<std::vector<TableFile>, TableError> table_files(const std::vector<std::string>& inputs);

// Of all files together, packed as they are; nothing when that cannot be known.
std::optional<std::uint64_t> size_of_files(const std::vector<TableFile>& files);

// The day, UTC, of all events in a partition; nothing when the path does not say.
std::optional<std::chrono::sys_days> day_of_partition(const std::filesystem::path& file);

}  // namespace boxkited
