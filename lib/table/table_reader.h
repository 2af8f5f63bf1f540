#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <limits>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/result.h"
#include "table/csv_scanner.h"
#include "table/event_rows.h"
#include "table/input_file.h"
#include "table/json_rows.h"
#include "table/row_block.h"
#include "table/table_error.h"

namespace boxkited {

struct TableOptions {
    char delimiter = ',';    // Of CSV; ASCII, no quote and no line end.
    bool has_header = true;  // Of CSV; without one columns are called 0, 1, ...

    // The columns of NDJSON are those of the lines that begin within so much of all files together.
    std::size_t head_bytes = 256 << 10;

    // Prediction events come as they are, in RowBlock::events, and there are no columns. Of
    // features in array form the first `kept_features` are kept.
    bool whole_events = false;
    bool need_times = false;  // One of those without an event time is a fault.
    std::size_t kept_features = std::numeric_limits<std::size_t>::max();

    // How much is read at a time. Blocks grow to hold the longest row, up to `row_bytes`, its line
    // end included.
    std::size_t block_bytes = 256 << 10;
    std::size_t row_bytes = 16 << 20;
};

// One file of a table.
struct TableFile {
    std::string path;  // "-" is standard input.
    // A file of the prediction log: what follows its last newline is still being written, and is
    // left out.
    bool is_log = false;
};

struct TableColumns {
    // No two are the same, but a feature of events may be called `output` as their output is.
    std::vector<std::string> names;
    std::vector<std::size_t> unnamed;   // Those whose header is empty; called by their number.
    bool is_json = false;               // NDJSON: texts are texts beyond doubt.
    bool are_events = false;            // Prediction events.
    std::optional<std::size_t> output;  // Theirs, which they always have: the last column.
};

// Reads files as one table, block by block, in order. CSV and NDJSON are told apart by the first
// byte that is not space, `{` for NDJSON. All files are of the same kind, and CSV has the columns
// of the first. NDJSON is a table of prediction events when the lines in which columns are looked
// for have one, or a file is a log. Logs that are all empty are a table only of whole events.
//
//   TableReader reader({{"train.csv"}}, {});
//   const auto columns = reader.open();
//   RowBlock block;
//   while (*reader.next(block)) use(block.cells);
//
// Threads: one at a time.
class TableReader {
public:
    TableReader(std::vector<TableFile> files, TableOptions options);

    // Finds the columns; once, before next().
    Result<TableColumns, TableError> open();
    // The next rows, at least one. False: there are none left.
    Result<bool, TableError> next(RowBlock& block);

    // Of all read so far.
    const LeftOut& left_out() const { return json_.left_out(); }
    // Whether an event had an output; where none has, the column of outputs is missing throughout.
    bool has_output() const { return json_.has_output(); }
    // "train.csv", "standard input".
    const std::string& name_of(std::size_t file) const { return names_[file]; }

private:
    enum class Kind { kUnknown, kCsv, kJson };

    // Lines of NDJSON that were read and not made rows yet: those in which the columns are looked
    // for, and what is left of a block when its rows are many.
    struct WaitingLines {
        std::vector<char> bytes;
        std::size_t file;
        std::uint64_t first_line;
        std::uint64_t bytes_read;
        bool is_searched;  // False: what follows the head in its last block.

        std::string_view text() const { return {bytes.data(), bytes.size()}; }
    };

    Result<bool, TableError> read_next(RowBlock& block);
    Result<void, TableError> read_waiting(RowBlock& block);
    Result<void, TableError> open_file();
    Result<void, TableError> close_file();
    Result<void, TableError> read_block(RowBlock& block);
    Result<std::string_view, TableError> fill(RowBlock& block);
    Result<void, TableError> begin_content(std::string_view& text);
    Result<void, TableError> take_kind(std::string_view text);
    // Each: the rows of `text`, and how much of it they took.
    Result<std::size_t, TableError> read_csv(std::string_view text, RowBlock& block);
    Result<std::size_t, TableError> read_header(std::string_view text, RowBlock& block);
    Result<std::size_t, TableError> read_json(std::string_view text, RowBlock& block);
    Result<std::size_t, RowFault> read_lines(std::string_view lines, std::uint64_t first_line,
                                             RowBlock& block);
    bool are_logs() const;
    void keep_head(std::string_view lines);
    void wait(std::string_view lines, std::uint64_t first_line, bool is_searched);
    bool is_head_whole() const;
    Result<void, TableError> find_columns();
    Result<CsvScanner::Scan, TableError> scan(std::string_view text, std::size_t most_rows,
                                              RowBlock& block);
    Result<void, TableError> take_columns(std::vector<std::string> names, std::uint64_t line);
    Result<void, TableError> compare_header(std::vector<std::string> names, std::uint64_t line);
    Result<void, TableError> keep_rest(std::string_view rest);
    Failure<TableError> fail(std::uint64_t line, std::string reason) const;
    Failure<TableError> fail_in(std::size_t file, const RowFault& fault) const;

    const std::vector<TableFile> files_;
    const TableOptions options_;
    std::vector<std::string> names_;
    CsvScanner csv_;
    JsonRows json_;
    EventRows events_;
    Kind kind_ = Kind::kUnknown;
    TableColumns columns_;
    RowBlock first_;                    // What open() has read of CSV,
    std::deque<WaitingLines> waiting_;  // and of NDJSON.
    std::size_t head_bytes_ = 0;
    bool is_open_ = false;

    // The file at hand.
    std::size_t file_ = 0;
    std::unique_ptr<InputFile> input_;
    std::uint64_t bytes_before_ = 0;  // Of the files before it.
    bool is_begun_ = false;           // Something but a byte order mark was there.
    bool wants_header_ = false;
    bool is_at_end_ = false;
    std::vector<char> rest_;  // What is not a whole row yet,
    std::uint64_t line_ = 1;  // and the line it begins with.
    std::optional<CsvScanner::Scan::OpenQuote> open_quote_;
};

}  // namespace boxkited
