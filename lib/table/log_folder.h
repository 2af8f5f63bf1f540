#pragma once

#include <filesystem>
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

}  // namespace boxkited
