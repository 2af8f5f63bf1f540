#pragma once

#include <cstdint>

#include "base/storage.h"

namespace boxkited {

// How a file of the log ends.
struct LineTail {
    std::uint64_t lines_end = 0;  // Behind the newline of the last whole line.
    std::uint64_t size = 0;
    bool padding = true;  // Between the two there is nothing but newlines.

    // Bytes that belong to no line, and are not padding.
    std::uint64_t torn_bytes() const { return padding ? 0 : size - lines_end; }
};

// Looks for the last line that a crash has not damaged, from the end of the file backwards. A
// line is whole when it begins as all do, ends with `}` and a newline, and holds no control byte
// (a file that grew without its data shows zeros). Takes little memory however long the tail is.
//
// Threads: the file's.
Result<LineTail, IoError> find_line_tail(File& file);

}  // namespace boxkited
