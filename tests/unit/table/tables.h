#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/number_text.h"
#include "support/temporary_directory.h"
#include "table/table_reader.h"

namespace boxkited {

// Cells with `|` between and behind, one row a line: texts as they are, numbers as Python spells
// them with # in front, and ? for what is missing.
inline void append_rows(std::string& out, const RowBlock& block, std::size_t columns) {
    for (std::size_t i = 0; i < block.cells.size(); ++i) {
        const Cell& cell = block.cells[i];
        if (cell.kind == Cell::Kind::kText) out += cell.text;
        if (cell.kind == Cell::Kind::kNumber) out += '#' + python_float(cell.number);
        if (cell.kind == Cell::Kind::kMissing) out += '?';
        out += (i + 1) % columns == 0 ? "|\n" : "|";
    }
}

// All of a table as such text, its header first; or the error.
inline std::string read_table(std::vector<TableFile> files, TableOptions options = {}) {
    TableReader reader(std::move(files), options);
    const auto columns = reader.open();
    if (!columns) return to_string(columns.error());
    std::string text;
    for (const std::string& name : columns->names) text += name + "|";
    text += '\n';
    for (RowBlock block;;) {
        const auto more = reader.next(block);
        if (!more) return to_string(more.error());
        if (!*more) return text;
        append_rows(text, block, columns->names.size());
    }
}

// A table that is one file, called "t".
inline std::string read_text(std::string_view bytes, TableOptions options = {}) {
    const TemporaryDirectory directory;
    write_file(directory / "t", bytes);
    const std::string text = read_table({{directory / "t"}}, options);
    const std::string folder = directory.path().native() + "/";
    return text.starts_with(folder) ? text.substr(folder.size()) : text;
}

}  // namespace boxkited
