#pragma once

#include <filesystem>
#include <string_view>

#include "base/clock.h"
#include "base/storage.h"
#include "prediction_log/line_queue.h"

namespace boxkited {

// Puts in order what an earlier process left behind in the files of this writer, and of no other:
// a torn end is cut off, and what may not be on the disk yet is synced (`sync`).
//
// Threads: the writer's, before it writes.
void recover_files(const std::filesystem::path& endpoint, std::string_view writer, bool sync,
                   const Clock& clock, Storage& storage, LineQueue& queue);

// The same for one file.
Result<void, IoError> put_in_order(const std::filesystem::path& path, bool sync, Storage& storage,
                                   LineQueue& queue);

}  // namespace boxkited
