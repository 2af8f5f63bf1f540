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
// Features that come as an array are called by their number from 0. The output is the last column,
// `output`, which events have always: the first output may come late. A feature may be called so
// too. A column that a line does not name is missing there. Empty lines are passed over.
//
// Events are taken as the daemon takes them: what is nested is missing, what no column stands for
// is counted and left out, and an event without features is no row. In a table of objects the
// first two are faults.
//
// First the columns are found, in as many lines as the caller likes; then all lines are read.
//
// Threads: one at a time.
class JsonRows {
public:
    // A line may have `row_bytes`.
    explicit JsonRows(std::size_t row_bytes) : row_bytes_(row_bytes) {}

    // Whether one of the lines can only be an event. What is no JSON is passed over.
    bool has_event(std::string_view lines);
    void expect_events() { are_events_ = true; }
    // Adds the columns that whole lines name, in the order in which they first come.
    Result<void, RowFault> add_columns(std::string_view lines, std::uint64_t first_line);
    // Adds that of the output, and ends the search.
    void end_columns();

    const std::vector<std::string>& columns() const { return columns_; }
    bool are_events() const { return are_events_; }
    // Whether a row so far has an output that is neither missing nor nested.
    bool has_output() const { return has_output_; }

    // Appends the rows of whole lines to `rows`, up to the first faulty one or until the cells are
    // many; how many bytes that took, at least a line. `lines` must outlive the rows.
    Result<std::size_t, RowFault> read(std::string_view lines, std::uint64_t first_line,
                                       RowBlock& rows);

    const LeftOut& left_out() const { return left_out_; }

private:
    bool read_line(std::string_view line);
    bool add_columns_of_line();
    bool append_row(std::string_view text, RowBlock& rows);
    bool fill_row(std::string_view text, RowBlock& rows);
    bool fill_output(std::string_view text, Cell* row, RowBlock& rows);
    bool fill_features(std::string_view text, Cell* row, RowBlock& rows);
    std::optional<std::size_t> column_of(std::size_t field) const;
    bool put(const Value& value, std::size_t column, std::string_view text, Cell* row,
             RowBlock& rows);
    bool refuse(std::string reason);

    struct NameHash {
        using is_transparent = void;
        std::size_t operator()(std::string_view name) const {
            return std::hash<std::string_view>()(name);
        }
    };

    const std::size_t row_bytes_;
    JsonLine line_;
    std::string reason_;
    LeftOut left_out_;
    bool are_events_ = false;
    std::optional<bool> are_named_;  // Features of events.
    bool has_output_ = false;
    std::vector<std::string> columns_;
    std::size_t features_ = 0;  // Columns without the output.
    // Of the columns without the output.
    std::unordered_map<std::string, std::size_t, NameHash, std::equal_to<>> places_;
    std::vector<std::uint64_t> filled_in_;  // The row in which a column was last filled.
    std::uint64_t row_ = 0;                 // From 1.
};

}  // namespace boxkited
