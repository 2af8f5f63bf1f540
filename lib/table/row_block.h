#pragma once

#include <cstdint>
#include <deque>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.h"
#include "event/prediction_event.h"

namespace boxkited {

struct Cell {
    enum class Kind : std::uint8_t {
        kText,     // As it is written; what it means is for others to say.
        kNumber,   // A number or boolean of JSON. Never NaN.
        kMissing,  // null, NaN, or a column that a JSON object does not name.
    };
    Kind kind = Kind::kText;
    double number = 0;
    std::string_view text;
};

// What counts of a prediction event that is a row.
struct EventRow {
    // In RowBlock::features.
    std::size_t first_feature = 0;
    std::size_t kept_features = 0;

    std::size_t feature_count = 0;  // As the line has them.
    bool has_features = false;      // Also when there are none of them.
    bool are_named = false;
    bool is_logged = false;       // A line of the log, where an output that was left out is null.
    std::optional<Value> output;  // Null is missing.
    std::optional<WallTime> time;
};

// Some rows of a table, one behind the other. Reused from block to block, so that reading
// allocates nothing once it runs.
struct RowBlock {
    std::vector<Cell> cells;  // Row by row, each as long as the table has columns.
    // Instead of cells, where events are wanted whole.
    std::vector<EventRow> events;
    std::vector<PredictionEvent::Feature> features;

    std::vector<std::uint64_t> lines;  // Where each row begins in its file, from 1.
    std::size_t file = 0;              // Which one that is, of the files of the table, from 0.
    std::uint64_t bytes_read = 0;      // Of all files together, packed as they are, so far.

    // What the texts of the cells and events lead into.
    std::vector<char> bytes;
    std::deque<std::string> kept;

    std::size_t rows() const { return lines.size(); }
    void clear_rows() {
        cells.clear();
        events.clear();
        features.clear();
        lines.clear();
        kept.clear();
    }
};

// What of prediction events is not in the rows.
struct LeftOut {
    std::uint64_t values = 0;  // Of features that the first events do not have.
    std::uint64_t events = 0;  // Without features.
};

// More columns are a mistake: the delimiter of another format, or a file of something else.
constexpr std::size_t kMostColumns = 100'000;

// What is wrong with the bytes of a block.
struct RowFault {
    std::uint64_t line;
    std::string reason;
};

// "the row is longer than 16 MiB"
inline std::string row_longer_than(std::size_t bytes) {
    return "the row is longer than " + std::to_string(bytes >> 20) + " MiB";
}

}  // namespace boxkited
