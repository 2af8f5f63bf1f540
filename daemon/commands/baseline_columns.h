#pragma once

#include <string>
#include <vector>

#include "base/result.h"
#include "baseline/baseline_builder.h"
#include "daemon/command_line.h"
#include "table/table_reader.h"

namespace boxkited {

// Which columns of a table go into a baseline, and as what.
struct BaselineColumns {
    std::vector<BuilderColumn> columns;
    std::vector<std::size_t> places;  // In the table, from 0; rising.
    bool has_prediction = false;
};

// The error is a sentence without the name of a file.
Result<BaselineColumns, std::string> choose_columns(const TableColumns& table,
                                                    const BaselineFlags& flags);

}  // namespace boxkited
