#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <string_view>

#include "event/identity.h"
#include "prediction_log/line_batch.h"

namespace boxkited {

// The names of the files of the prediction log, and the way back from a name:
//
//     {directory}/models/predictions/{endpoint_id}/2024-05-01/1315_{logger_id}-{replica_id}.txt
//
// and `1315_{logger_id}-{replica_id}.1.txt`, `.2.txt`, ... where that name could not be gone on
// with.
//
// Threads: any.

// {directory}/models/predictions: one directory for each endpoint.
std::filesystem::path endpoints_directory(const std::filesystem::path& directory);

// What a file name says of who writes it: `{logger_id}-{replica_id}`. Two identities of one
// endpoint with the same text here would share files.
std::string writer_name(const Identity& identity);

std::string date_name(Partition partition);
// `number` 0 is the name without a number.
std::string file_name(Partition partition, std::string_view writer, unsigned number);

// Exact: nothing but what date_name() makes of a real date.
std::optional<std::chrono::sys_days> parse_date_name(std::string_view name);

// The number behind the last dot but one; 0 when there is none. A writer may end in such a number
// itself: file_name() tells.
unsigned file_number(std::string_view name);

// When in the day the partition starts, for any name that file_name() makes of a real time and of
// safe ids; nothing for every other.
std::optional<std::chrono::minutes> parse_file_name(std::string_view name);

// Whether file_name() makes `name` for this writer, with any time and any number.
bool is_file_of(std::string_view name, std::string_view writer);

}  // namespace boxkited
