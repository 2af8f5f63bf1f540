#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "base/result.h"
#include "table/json_line.h"
#include "table/row_block.h"

namespace boxkited {

// Reads NDJSON as rows of a table. Each line is an object of cells by column:
//
//   {"age": 31, "colour": "red", "prediction": 0.7}
//
// or a prediction event, as it is sent to the daemon or as the prediction log holds it:
//
//   {"features": [31, "red"], "output": 0.7}
//
// The first line decides which. Features that come as an array are called by their number from
// 0; the output is the last column, `output`. A column that a line does not name is missing
// there. Empty lines are passed over.
//
// Events are taken as the daemon takes them: what is nested is missing, what no column stands for
// is counted and left out, and an event without features is no row. In a table of objects both
// are faults.
//
// Threads: one at a time.
class JsonRows {
public:
    // Finds the columns: all that these lines name, in the order in which they first come. A line
    // that is faulty ends the search: read() names it.
    void find_columns(std::string_view lines);

    const std::vector<std::string>& columns() const { return columns_; }
    bool are_events() const { return are_events_; }
    // Whether the last column is the output of events.
    bool has_output() const { return has_output_; }

    // Appends the rows of whole lines to `rows`, up to the first faulty one. `lines` must outlive
    // them.
    Result<void, RowFault> read(std::string_view lines, std::uint64_t first_line, RowBlock& rows);

    const LeftOut& left_out() const { return left_out_; }

private:
    bool read_line(std::string_view line);
    void add_columns_of_line();
    void add_column(std::string_view name);
    bool append_row(std::string_view text, RowBlock& rows);
    bool fill_row(std::string_view text, RowBlock& rows);
    bool fill_features(std::string_view text, Cell* row, RowBlock& rows);
    std::optional<std::size_t> column_of(std::size_t field) const;
    bool put(const Value& value, std::size_t column, std::string_view text, Cell* row,
             RowBlock& rows);
    bool refuse(std::string reason);

    JsonLine line_;
    std::string reason_;
    LeftOut left_out_;
    bool are_events_ = false;
    std::optional<bool> are_named_;  // Features of events.
    bool has_output_ = false;
    std::vector<std::string> columns_;
    std::size_t features_ = 0;  // Columns without the output.
    std::unordered_map<std::string_view, std::size_t> places_;
    std::vector<std::uint64_t> filled_in_;  // The row in which a column was last filled.
    std::uint64_t row_ = 0;                 // From 1.
};

}  // namespace boxkited
