#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

#include "table/row_block.h"

namespace boxkited {

// Finds the cells of CSV as RFC 4180 has it. Rows end with LF, CRLF or CR; empty lines are passed
// over. A cell that begins with a quote ends with one, and holds delimiters, line ends and doubled
// quotes in between; a quote further on in a cell is a character like others. Spaces belong to
// their cell.
//
// Threads: one at a time.
class CsvScanner {
public:
    // A row may have `row_bytes`, its line end included.
    CsvScanner(char delimiter, std::size_t row_bytes)
        : delimiter_(delimiter), row_bytes_(row_bytes) {}

    // Bytes behind the text that may be looked at, whatever they hold.
    static constexpr std::size_t kPadding = 8;

    struct Scan {
        std::size_t taken = 0;  // Bytes of the whole rows.
        std::uint64_t lines = 0;
        std::optional<RowFault> fault;  // In the row behind those.
        // The row behind those has this cell (from 0) open when the text ends, since this line.
        struct OpenQuote {
            std::size_t cell;
            std::uint64_t line;
        };
        std::optional<OpenQuote> open_quote;
    };
    // Appends the rows that end within `text`, whose first line is `line`, to `rows`, at most
    // `most_rows`. Each must have `columns` cells unless that is 0. Unescapes cells in place.
    Scan scan(char* text, std::size_t size, std::uint64_t line, std::size_t columns,
              std::size_t most_rows, RowBlock& rows);

private:
    enum class Row { kWhole, kCutOff, kFaulty };

    Row scan_row(std::size_t columns);
    Row scan_plain_cell();
    Row scan_quoted_cell();
    Row finish_row(std::size_t columns, std::size_t length, RowBlock& rows);
    char* find_end(char* at);
    bool take_line_end();
    Row fail(std::uint64_t line, std::string reason);
    Row fail_cell(std::uint64_t line, std::string_view reason);
    std::size_t cell() const;

    const char delimiter_;
    const std::size_t row_bytes_;

    // The scan at hand.
    Scan found_;
    RowBlock* rows_ = nullptr;
    char* at_ = nullptr;
    char* end_ = nullptr;
    std::uint64_t line_ = 0;
    std::size_t first_cell_ = 0;        // Of the row at hand, in rows_->cells.
    std::uint64_t seen_ = 0;            // All bytes of the row at hand, one OR the other.
    std::vector<std::size_t> escaped_;  // Cells of the row at hand with doubled quotes.
};

}  // namespace boxkited
