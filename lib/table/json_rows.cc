#include "table/json_rows.h"

#include "table/line_text.h"

namespace boxkited {

bool JsonRows::has_event(std::string_view lines) {
    while (!lines.empty())
        if (line_.is_event(take_line(lines))) return true;
    return false;
}

Result<void, RowFault> JsonRows::add_columns(std::string_view lines, std::uint64_t first_line) {
    for (std::uint64_t number = first_line; !lines.empty(); ++number) {
        const std::string_view line = take_line(lines);
        if (is_blank(line)) continue;
        if (!read_line(line) || !add_columns_of_line()) return Failure{RowFault{number, reason_}};
    }
    return {};
}

void JsonRows::end_columns() {
    features_ = columns_.size();
    if (are_events_) columns_.emplace_back("output");
    filled_in_.assign(columns_.size(), 0);
}

Result<std::size_t, RowFault> JsonRows::read(std::string_view lines, std::uint64_t first_line,
                                             RowBlock& rows) {
    // A line that names few of many columns is short, and its row is not.
    constexpr std::size_t kMostCells = 256 << 10;
    std::string_view left = lines;
    for (std::uint64_t number = first_line; !left.empty() && rows.cells.size() < kMostCells;
         ++number) {
        const std::string_view line = take_line(left);
        if (is_blank(line)) continue;
        if (!read_line(line) || !append_row(line, rows)) return Failure{RowFault{number, reason_}};
        if (rows.cells.size() > rows.lines.size() * columns_.size()) rows.lines.push_back(number);
    }
    return lines.size() - left.size();
}

bool JsonRows::read_line(std::string_view line) {
    if (line.size() > row_bytes_) return refuse(row_longer_than(row_bytes_));
    const bool good = are_events_ ? line_.read_event(line) : line_.read_object(line);
    if (!good) return refuse(line_.reason());
    if (!are_events_) return true;
    if (!line_.has_features()) return true;
    if (!are_named_) are_named_ = line_.are_named();
    if (*are_named_ == line_.are_named()) return true;
    return refuse(*are_named_ ? "features: expected an object, as in the events before; leave out "
                                "the files that have arrays"
                              : "features: expected an array, as in the events before; leave out "
                                "the files that have objects");
}

bool JsonRows::add_columns_of_line() {
    const auto& fields = line_.fields();
    const bool in_order = are_events_ && !line_.are_named();
    for (std::size_t i = in_order ? columns_.size() : 0; i < fields.size(); ++i) {
        const std::string name = in_order ? std::to_string(i) : std::string(fields[i].name);
        if (!places_.emplace(name, columns_.size()).second) continue;
        if (columns_.size() == kMostColumns)
            return refuse("more than " + std::to_string(kMostColumns) + " columns");
        columns_.push_back(name);
    }
    return true;
}

bool JsonRows::append_row(std::string_view text, RowBlock& rows) {
    if (are_events_ && !line_.has_features()) {
        ++left_out_.events;
        return true;
    }
    ++row_;
    const std::size_t begin = rows.cells.size();
    rows.cells.resize(begin + columns_.size(), Cell{Cell::Kind::kMissing, 0, {}});
    if (fill_row(text, rows)) return true;
    rows.cells.resize(begin);
    return false;
}

bool JsonRows::fill_row(std::string_view text, RowBlock& rows) {
    Cell* const row = rows.cells.data() + rows.cells.size() - columns_.size();
    return fill_features(text, row, rows) && fill_output(text, row, rows);
}

bool JsonRows::fill_output(std::string_view text, Cell* row, RowBlock& rows) {
    if (!are_events_ || !line_.output()) return true;
    if (!put(*line_.output(), features_, text, row, rows)) return false;
    has_output_ = has_output_ || row[features_].kind != Cell::Kind::kMissing;
    return true;
}

bool JsonRows::fill_features(std::string_view text, Cell* row, RowBlock& rows) {
    for (std::size_t i = 0; i < line_.fields().size(); ++i) {
        const auto& field = line_.fields()[i];
        const auto column = column_of(i);
        if (column) {
            if (!put(field.value, *column, text, row, rows)) return false;
        } else if (are_events_) {
            ++left_out_.values;
        } else {
            return refuse("column " + quoted_name(field.name) +
                          " is none of those at the beginning of the table");
        }
    }
    return true;
}

std::optional<std::size_t> JsonRows::column_of(std::size_t field) const {
    const std::string_view name = line_.fields()[field].name;
    const bool in_order = are_events_ && !line_.are_named();
    if (in_order || (field < features_ && columns_[field] == name))
        return field < features_ ? std::optional(field) : std::nullopt;
    const auto found = places_.find(name);
    return found == places_.end() ? std::nullopt : std::optional(found->second);
}

bool JsonRows::put(const Value& value, std::size_t column, std::string_view text, Cell* row,
                   RowBlock& rows) {
    if (filled_in_[column] == row_)
        return refuse("column " + quoted_name(columns_[column]) + " comes twice");
    filled_in_[column] = row_;
    Cell& cell = row[column];
    switch (value.kind) {
        case Value::Kind::kNumber:
        case Value::Kind::kBoolean:
            cell.kind = Cell::Kind::kNumber;
            cell.number = value.number;
            break;
        case Value::Kind::kText:
            cell.kind = Cell::Kind::kText;
            // An unescaped text lives in line_, until the next line.
            cell.text = lies_in(value.text, text) ? value.text : rows.kept.emplace_back(value.text);
            break;
        case Value::Kind::kMissing:
            break;
        case Value::Kind::kNested:
            if (!are_events_)
                return refuse("column " + quoted_name(columns_[column]) +
                              ": expected a number, a text, a boolean or null");
    }
    return true;
}

bool JsonRows::refuse(std::string reason) {
    reason_ = std::move(reason);
    return false;
}

}  // namespace boxkited
