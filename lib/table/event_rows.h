#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <unordered_set>
#include <vector>

#include "base/result.h"
#include "table/json_line.h"
#include "table/row_block.h"

namespace boxkited {

// Reads NDJSON as prediction events, sent or logged, as they are: with features in either form,
// nested values, and what no baseline knows. Empty lines are passed over. A name that comes twice
// in an event is a fault, and so is an event without a time where times are needed.
//
// Threads: one at a time.
class EventRows {
public:
    // A line may have `row_bytes`. Of features in array form the first `kept_features` are kept.
    EventRows(std::size_t row_bytes, std::size_t kept_features, bool needs_times);

    // Appends the events of whole lines to `rows`, up to the first faulty one or until their
    // features are many; how many bytes that took, at least a line. `lines` must outlive the rows.
    Result<std::size_t, RowFault> read(std::string_view lines, std::uint64_t first_line,
                                       RowBlock& rows);

private:
    bool read_line(std::string_view line, RowBlock& rows);
    bool check_names();
    bool refuse(std::string reason);

    const std::size_t row_bytes_;
    const bool needs_times_;
    JsonLine line_;
    std::vector<std::string> names_;  // Of the last event with named features.
    std::unordered_set<std::string_view> seen_;
    std::string reason_;
};

}  // namespace boxkited
