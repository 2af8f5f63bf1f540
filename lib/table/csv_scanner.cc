// A cell that is not quoted ends at the next delimiter or line end. Eight bytes are looked at in
// one go: in a 64-bit word, (w - 0x01…01) & ~w & 0x80…80 has the high bit of the lowest zero byte
// set, and none below it (Warren, "Hacker's Delight", 6-1). XOR with the delimiter in every byte
// makes it look for the delimiter; subtracting 0x10 instead of 0x01 finds bytes below 16, among
// which are LF, CR and NUL. Whatever else is found there, such as a tab, is stepped over.
//
// A quoted cell ends at a quote that no other one follows: memchr() finds them. Doubled quotes
// are taken out when the row is known to be whole, since a row that is cut off by the end of the
// buffer is scanned anew, from its first byte.
//
// Bytes that are not ASCII show in the OR of all words of a row; only such a row is checked for
// UTF-8.

#include "table/csv_scanner.h"

#include <algorithm>
#include <bit>
#include <cstring>

#include "base/utf8.h"

namespace boxkited {

namespace {

constexpr std::uint64_t kOnes = 0x0101010101010101;
constexpr std::uint64_t kHighBits = 0x80 * kOnes;

std::uint64_t load_word(const char* at) {
    std::uint64_t word;
    std::memcpy(&word, at, sizeof word);
    if constexpr (std::endian::native == std::endian::big) word = __builtin_bswap64(word);
    return word;
}

std::uint64_t zero_bytes(std::uint64_t word) { return (word - kOnes) & ~word & kHighBits; }
std::uint64_t bytes_below_16(std::uint64_t word) {
    return (word - 0x10 * kOnes) & ~word & kHighBits;
}

bool is_line_end(char c) { return c == '\n' || c == '\r'; }

std::string cells(std::size_t count) {
    return std::to_string(count) + (count == 1 ? " cell" : " cells");
}

// LF, CRLF and CR are one each.
std::uint64_t line_ends(std::string_view text) {
    auto count = std::count(text.begin(), text.end(), '\n');
    for (auto at = text.find('\r'); at != text.npos; at = text.find('\r', at + 1))
        if (at + 1 == text.size() || text[at + 1] != '\n') ++count;
    return static_cast<std::uint64_t>(count);
}

// Doubled quotes become single ones; how long the text is then.
std::size_t unescape(char* text, std::size_t size) {
    char* out = text;
    for (const char *at = text, *end = text + size; at < end; ++at) {
        *out++ = *at;
        if (*at == '"') ++at;
    }
    return static_cast<std::size_t>(out - text);
}

}  // namespace

CsvScanner::Scan CsvScanner::scan(char* text, std::size_t size, std::uint64_t line,
                                  std::size_t columns, std::size_t most_rows, RowBlock& rows) {
    found_ = {};
    rows_ = &rows;
    at_ = text;
    end_ = text + size;
    line_ = line;
    while (at_ < end_ && rows.rows() < most_rows) {
        const std::uint64_t first_line = line_;
        const char* const begin = at_;
        first_cell_ = rows.cells.size();
        if (is_line_end(*at_)) {
            if (!take_line_end()) break;
        } else if (const Row row = scan_row(columns); row == Row::kWhole) {
            rows.lines.push_back(first_line);
            const auto length = static_cast<std::size_t>(at_ - begin);
            if (finish_row(columns, length, rows) != Row::kWhole) break;
        } else {
            rows.cells.resize(first_cell_);
            break;
        }
        found_.taken = static_cast<std::size_t>(at_ - text);
        found_.lines = line_ - line;
    }
    return std::move(found_);
}

// Steps over LF, CRLF or CR. False when the text ends before it is known which.
bool CsvScanner::take_line_end() {
    if (*at_ == '\r') {
        if (at_ + 1 == end_) return false;
        if (at_[1] == '\n') ++at_;
    }
    ++at_;
    ++line_;
    return true;
}

CsvScanner::Row CsvScanner::scan_row(std::size_t columns) {
    const std::size_t most_cells = columns == 0 ? kMostColumns : columns + 1;
    const std::uint64_t first_line = line_;
    seen_ = 0;
    escaped_.clear();
    for (;;) {
        const Row read = at_ < end_ && *at_ == '"' ? scan_quoted_cell() : scan_plain_cell();
        if (read != Row::kWhole) return read;
        if (*at_ != delimiter_) return take_line_end() ? Row::kWhole : Row::kCutOff;
        ++at_;
        if (cell() == most_cells)
            return fail(first_line, columns == 0
                                        ? "more than " + std::to_string(kMostColumns) + " columns"
                                        : "expected " + cells(columns) + ", got more than " +
                                              std::to_string(most_cells));
    }
}

CsvScanner::Row CsvScanner::scan_plain_cell() {
    char* const begin = at_;
    at_ = find_end(begin);
    if (at_ >= end_) return Row::kCutOff;
    if (*at_ == '\0') return fail_cell(line_, "a NUL");
    rows_->cells.push_back({Cell::Kind::kText, 0, {begin, static_cast<std::size_t>(at_ - begin)}});
    return Row::kWhole;
}

// The next delimiter, line end or NUL; `end_` or somewhere behind it when there is none.
char* CsvScanner::find_end(char* at) {
    const std::uint64_t delimiters = static_cast<unsigned char>(delimiter_) * kOnes;
    while (at < end_) {
        const std::uint64_t word = load_word(at);
        seen_ |= word;
        const std::uint64_t hits = zero_bytes(word ^ delimiters) | bytes_below_16(word);
        if (hits == 0) {
            at += sizeof word;
            continue;
        }
        at += std::countr_zero(hits) / 8;
        if (*at == delimiter_ || is_line_end(*at) || *at == '\0') return at;
        ++at;
    }
    return at;
}

CsvScanner::Row CsvScanner::scan_quoted_cell() {
    char* const begin = at_ + 1;
    const std::uint64_t first_line = line_;
    bool is_escaped = false;
    for (char* from = begin;; from = at_ + 2) {
        at_ = static_cast<char*>(std::memchr(from, '"', static_cast<std::size_t>(end_ - from)));
        if (at_ == nullptr || at_ + 1 == end_) {
            found_.open_quote = {cell(), first_line};
            return Row::kCutOff;
        }
        if (at_[1] != '"') break;
        is_escaped = true;
    }
    const std::string_view text(begin, static_cast<std::size_t>(at_ - begin));
    ++at_;
    line_ += line_ends(text);
    if (*at_ != delimiter_ && !is_line_end(*at_))
        return fail_cell(line_, "text behind the closing quote");
    if (text.find('\0') != text.npos) return fail_cell(first_line, "a NUL");
    if (is_escaped) escaped_.push_back(rows_->cells.size());
    for (const char c : text) seen_ |= static_cast<unsigned char>(c);
    rows_->cells.push_back({Cell::Kind::kText, 0, text});
    return Row::kWhole;
}

CsvScanner::Row CsvScanner::finish_row(std::size_t columns, std::size_t length, RowBlock& rows) {
    const std::size_t count = rows.cells.size() - first_cell_;
    const std::uint64_t first_line = rows.lines.back();
    const auto refuse = [&](std::string reason) {
        rows.lines.pop_back();
        rows.cells.resize(first_cell_);
        return fail(first_line, std::move(reason));
    };
    if (length > row_bytes_) return refuse(row_longer_than(row_bytes_));
    if (columns != 0 && count != columns)
        return refuse("expected " + cells(columns) + ", got " + std::to_string(count));
    if ((seen_ & kHighBits) != 0) {
        for (std::size_t i = first_cell_; i < rows.cells.size(); ++i)
            if (!is_utf8(rows.cells[i].text))
                return refuse("column " + std::to_string(i - first_cell_ + 1) + ": expected UTF-8");
    }
    for (const std::size_t i : escaped_) {
        std::string_view& text = rows.cells[i].text;
        text = text.substr(0, unescape(const_cast<char*>(text.data()), text.size()));
    }
    return Row::kWhole;
}

CsvScanner::Row CsvScanner::fail(std::uint64_t line, std::string reason) {
    found_.fault = RowFault{line, std::move(reason)};
    return Row::kFaulty;
}

CsvScanner::Row CsvScanner::fail_cell(std::uint64_t line, std::string_view reason) {
    return fail(line, "column " + std::to_string(cell() + 1) + ": " + std::string(reason));
}

// The place of the cell at hand in its row, from 0.
std::size_t CsvScanner::cell() const { return rows_->cells.size() - first_cell_; }

}  // namespace boxkited
