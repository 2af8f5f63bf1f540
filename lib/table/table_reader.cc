// A block is filled with the rest of the one before it and with what the file has next. The rows
// that end in it are found; what is behind them is the next rest. Where no row ends, the next block
// is twice as large as the rest. At its end a file is given a line end, if it lacks one, so that a
// rest without one can only be an open quote.

#include "table/table_reader.h"

#include <algorithm>
#include <limits>
#include <unordered_map>
#include <utility>

namespace boxkited {

namespace {

// A byte order mark and the first character behind it are in the first block.
constexpr std::size_t kSmallestBlock = 16;

std::vector<std::string> name_files(const std::vector<TableFile>& files) {
    std::vector<std::string> names;
    for (const TableFile& file : files)
        names.push_back(file.path == "-" ? "standard input" : shown_path(file.path));
    return names;
}

std::string mebibytes(std::size_t bytes) { return std::to_string(bytes >> 20) + " MiB"; }

std::uint64_t count_lines(std::string_view text) {
    return static_cast<std::uint64_t>(std::count(text.begin(), text.end(), '\n'));
}

}  // namespace

TableReader::TableReader(std::vector<TableFile> files, TableOptions options)
    : files_(std::move(files)),
      options_(options),
      names_(name_files(files_)),
      csv_(options.delimiter, options.row_bytes),
      json_(options.row_bytes),
      events_(options.row_bytes, options.kept_features, options.need_times) {}

Result<TableColumns, TableError> TableReader::open() {
    const auto any = read_next(first_);
    if (!any) return Failure{any.error()};
    if (kind_ == Kind::kJson) {
        if (auto found = find_columns(); !found) return Failure{found.error()};
    } else if (!*any && options_.whole_events && are_logs()) {
        columns_.is_json = columns_.are_events = true;
    } else if (!*any) {
        return fail_in(0, {0, columns_.names.empty() ? "the table is empty"
                                                     : "the table has a header and no rows"});
    }
    is_open_ = true;
    return columns_;
}

Result<bool, TableError> TableReader::next(RowBlock& block) {
    while (!waiting_.empty()) {
        if (auto read = read_waiting(block); !read) return Failure{read.error()};
        if (block.rows() > 0) return true;
    }
    if (first_.rows() == 0) return read_next(block);
    std::swap(block, first_);
    first_.clear_rows();
    return true;
}

Result<bool, TableError> TableReader::read_next(RowBlock& block) {
    block.clear_rows();
    while (file_ < files_.size()) {
        if (!input_) {
            if (auto opened = open_file(); !opened) return Failure{opened.error()};
        }
        block.file = file_;
        if (auto read = read_block(block); !read) return Failure{read.error()};
        block.bytes_read = bytes_before_ + input_->bytes_read();
        if (is_at_end_ && rest_.empty()) {
            if (auto closed = close_file(); !closed) return Failure{closed.error()};
        }
        if (block.rows() > 0 || is_head_whole()) return true;
    }
    return false;
}

Result<void, TableError> TableReader::open_file() {
    auto input = InputFile::open(files_[file_].path);
    if (!input) return fail(0, input.error());
    input_ = *std::move(input);
    is_begun_ = false;
    wants_header_ = options_.has_header || columns_.names.empty();
    is_at_end_ = false;
    line_ = 1;
    return {};
}

Result<void, TableError> TableReader::close_file() {
    // A log is made before its first line is.
    const bool is_empty = !is_begun_ || (kind_ == Kind::kCsv && wants_header_);
    if (is_empty && !files_[file_].is_log) return fail(0, "the table is empty");
    bytes_before_ += input_->bytes_read();
    input_.reset();
    ++file_;
    return {};
}

Result<void, TableError> TableReader::read_block(RowBlock& block) {
    auto filled = fill(block);
    if (!filled) return Failure{filled.error()};
    std::string_view text = *filled;
    if (!is_begun_) {
        if (auto begun = begin_content(text); !begun) return begun;
    }
    open_quote_.reset();
    const auto taken = kind_ == Kind::kJson ? read_json(text, block) : read_csv(text, block);
    if (!taken) return Failure{taken.error()};
    return keep_rest(text.substr(*taken));
}

Result<std::string_view, TableError> TableReader::fill(RowBlock& block) {
    const std::size_t size = std::max({options_.block_bytes, 2 * rest_.size(), kSmallestBlock});
    constexpr std::size_t kLineEnd = 1;
    if (block.bytes.size() < size + kLineEnd + CsvScanner::kPadding)
        block.bytes.resize(size + kLineEnd + CsvScanner::kPadding);
    std::copy(rest_.begin(), rest_.end(), block.bytes.begin());

    const std::size_t room = size - rest_.size();
    const auto got = input_->read(block.bytes.data() + rest_.size(), room);
    if (!got) return fail(0, got.error());
    is_at_end_ = *got < room;
    std::string_view text(block.bytes.data(), rest_.size() + *got);
    if (!is_at_end_ || text.empty()) return text;
    if (files_[file_].is_log) return text.substr(0, text.rfind('\n') + 1);
    if (text.back() == '\n') return text;
    block.bytes[text.size()] = '\n';
    return std::string_view(text.data(), text.size() + 1);
}

// Steps over a byte order mark.
Result<void, TableError> TableReader::begin_content(std::string_view& text) {
    if (text.starts_with("\xFF\xFE") || text.starts_with("\xFE\xFF"))
        return fail(1, "expected UTF-8, not UTF-16");
    if (text.starts_with("\xEF\xBB\xBF")) text.remove_prefix(3);
    if (text.find_first_not_of(" \t\r\n") == text.npos) return {};
    is_begun_ = true;
    return take_kind(text);
}

Result<void, TableError> TableReader::take_kind(std::string_view text) {
    const auto first = text.find_first_not_of(" \t\r\n");
    const Kind kind = text[first] == '{' || files_[file_].is_log ? Kind::kJson : Kind::kCsv;
    const auto second = text.find_first_not_of(" \t\r\n", first + 1);
    if (text[first] == '[' && second != text.npos && text[second] == '{')
        return fail(1, "a JSON array; expected NDJSON, one object a line");
    if (kind_ == Kind::kUnknown) kind_ = kind;
    if (kind_ == kind) return {};
    return fail(0, (kind_ == Kind::kCsv ? "expected CSV, as in " : "expected NDJSON, as in ") +
                       names_.front());
}

// ---- CSV ----

Result<std::size_t, TableError> TableReader::read_csv(std::string_view text, RowBlock& block) {
    std::size_t taken = 0;
    if (wants_header_) {
        const auto header = read_header(text, block);
        if (!header || wants_header_) return header;
        taken = *header;
    }
    const auto found = scan(text.substr(taken), std::numeric_limits<std::size_t>::max(), block);
    if (!found) return Failure{found.error()};
    return taken + found->taken;
}

// The first row of a file; where it is no header, it stays in the block.
Result<std::size_t, TableError> TableReader::read_header(std::string_view text, RowBlock& block) {
    const auto found = scan(text, 1, block);
    if (!found) return Failure{found.error()};
    if (block.rows() == 0) return found->taken;
    std::vector<std::string> names;
    for (const Cell& cell : block.cells)
        names.emplace_back(options_.has_header ? std::string(cell.text)
                                               : std::to_string(names.size()));
    const std::uint64_t line = block.lines.front();
    if (options_.has_header) block.clear_rows();
    wants_header_ = false;
    const auto taken =
        columns_.names.empty() ? take_columns(std::move(names), line) : compare_header(names, line);
    if (!taken) return Failure{taken.error()};
    return found->taken;
}

Result<CsvScanner::Scan, TableError> TableReader::scan(std::string_view text, std::size_t most_rows,
                                                       RowBlock& block) {
    const std::size_t columns = wants_header_ ? 0 : columns_.names.size();
    auto found =
        csv_.scan(const_cast<char*>(text.data()), text.size(), line_, columns, most_rows, block);
    if (found.fault) return fail(found.fault->line, found.fault->reason);
    line_ += found.lines;
    open_quote_ = found.open_quote;
    return found;
}

Result<void, TableError> TableReader::take_columns(std::vector<std::string> names,
                                                   std::uint64_t line) {
    std::unordered_map<std::string_view, std::size_t> places;
    for (std::size_t i = 0; i < names.size(); ++i) {
        if (names[i].empty()) {
            names[i] = std::to_string(i);
            columns_.unnamed.push_back(i);
        }
        const auto [other, is_new] = places.emplace(names[i], i);
        if (!is_new)
            return fail(line, "columns " + std::to_string(other->second + 1) + " and " +
                                  std::to_string(i + 1) + " are both called " +
                                  quoted_name(names[i]));
    }
    columns_.names = std::move(names);
    return {};
}

Result<void, TableError> TableReader::compare_header(std::vector<std::string> names,
                                                     std::uint64_t line) {
    const std::string& first = names_.front();
    if (names.size() != columns_.names.size())
        return fail(line, "expected " + std::to_string(columns_.names.size()) +
                              (columns_.names.size() == 1 ? " column" : " columns") + ", as in " +
                              first + ", got " + std::to_string(names.size()));
    for (const std::size_t i : columns_.unnamed)
        if (names[i].empty()) names[i] = columns_.names[i];
    for (std::size_t i = 0; i < names.size(); ++i)
        if (names[i] != columns_.names[i])
            return fail(line, "column " + std::to_string(i + 1) + " is " + quoted_name(names[i]) +
                                  ", where " + first + " has " + quoted_name(columns_.names[i]));
    return {};
}

// ---- NDJSON ----

Result<std::size_t, TableError> TableReader::read_json(std::string_view text, RowBlock& block) {
    const std::string_view lines = text.substr(0, text.rfind('\n') + 1);
    if (is_open_) {
        const auto taken = read_lines(lines, line_, block);
        if (!taken) return fail_in(file_, taken.error());
        wait(lines.substr(*taken), line_ + count_lines(lines.substr(0, *taken)), false);
    } else {
        keep_head(lines);
    }
    line_ += count_lines(lines);
    return lines.size();
}

Result<std::size_t, RowFault> TableReader::read_lines(std::string_view lines,
                                                      std::uint64_t first_line, RowBlock& block) {
    const bool whole = columns_.are_events && options_.whole_events;
    return whole ? events_.read(lines, first_line, block) : json_.read(lines, first_line, block);
}

bool TableReader::are_logs() const {
    return std::all_of(files_.begin(), files_.end(),
                       [](const TableFile& file) { return file.is_log; });
}

void TableReader::keep_head(std::string_view lines) {
    const std::size_t wanted = options_.head_bytes - std::min(head_bytes_, options_.head_bytes);
    std::size_t end = lines.size();
    if (wanted < lines.size()) end = wanted == 0 ? 0 : lines.find('\n', wanted - 1) + 1;
    const std::string_view searched = lines.substr(0, end);
    wait(searched, line_, true);
    wait(lines.substr(end), line_ + count_lines(searched), false);
    head_bytes_ += lines.size();
}

void TableReader::wait(std::string_view lines, std::uint64_t first_line, bool is_searched) {
    if (lines.empty()) return;
    waiting_.push_back({{lines.begin(), lines.end()},
                        file_,
                        first_line,
                        bytes_before_ + input_->bytes_read(),
                        is_searched});
}

bool TableReader::is_head_whole() const { return !is_open_ && head_bytes_ >= options_.head_bytes; }

Result<void, TableError> TableReader::find_columns() {
    const bool are_events =
        std::any_of(waiting_.begin(), waiting_.end(), [&](const WaitingLines& lines) {
            return files_[lines.file].is_log ||
                   (lines.is_searched && json_.has_event(lines.text()));
        });
    columns_.is_json = true;
    columns_.are_events = are_events;
    if (are_events && options_.whole_events) return {};
    if (are_events) json_.expect_events();
    for (const WaitingLines& lines : waiting_) {
        if (!lines.is_searched) continue;
        auto added = json_.add_columns(lines.text(), lines.first_line);
        if (!added) return fail_in(lines.file, added.error());
    }
    if (json_.columns().empty()) {
        if (!are_events) return fail_in(0, {0, "the table is empty"});
        return fail_in(0,
                       {0, is_head_whole() ? "no event at the beginning of the table has features"
                                           : "no event has features"});
    }
    json_.end_columns();
    columns_.names = json_.columns();
    if (are_events) columns_.output = columns_.names.size() - 1;
    return {};
}

Result<void, TableError> TableReader::read_waiting(RowBlock& block) {
    WaitingLines& lines = waiting_.front();
    block.clear_rows();
    block.bytes = lines.bytes;
    block.file = lines.file;
    block.bytes_read = lines.bytes_read;
    const std::string_view text(block.bytes.data(), block.bytes.size());
    const auto taken = read_lines(text, lines.first_line, block);
    if (!taken) return fail_in(lines.file, taken.error());
    lines.first_line += count_lines(text.substr(0, *taken));
    lines.bytes.assign(text.begin() + static_cast<std::ptrdiff_t>(*taken), text.end());
    if (lines.bytes.empty()) waiting_.pop_front();
    return {};
}

// ---- Between blocks ----

Result<void, TableError> TableReader::keep_rest(std::string_view rest) {
    const auto open = [&](const std::string& how) {
        return "column " + std::to_string(open_quote_->cell + 1) + ": the quote is not closed" +
               how;
    };
    if (is_at_end_ && !rest.empty() && open_quote_) return fail(open_quote_->line, open(""));
    if (rest.size() > options_.row_bytes) {
        if (open_quote_)
            return fail(open_quote_->line, open(" within " + mebibytes(options_.row_bytes)));
        return fail(line_, row_longer_than(options_.row_bytes));
    }
    rest_.assign(rest.begin(), rest.end());
    return {};
}

Failure<TableError> TableReader::fail(std::uint64_t line, std::string reason) const {
    return fail_in(file_, {line, std::move(reason)});
}

Failure<TableError> TableReader::fail_in(std::size_t file, const RowFault& fault) const {
    return Failure{TableError{names_[file], fault.line, fault.reason}};
}

}  // namespace boxkited
