#pragma once

#include <cstdint>
#include <string>

namespace boxkited {

// Where and why a table cannot be read.
struct TableError {
    std::string file;        // As shown_path() has it.
    std::uint64_t line = 0;  // From 1; 0 when the file as a whole is meant.
    std::string reason;
};

// "train.csv:14: expected 5 cells, got 4"
std::string to_string(const TableError& error);

// A path as a message says it: as it is or, where that would take more than a line or move a
// terminal, as a JSON string.
std::string shown_path(const std::string& path);

}  // namespace boxkited
