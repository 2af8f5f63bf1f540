#include "table/table_error.h"

#include "base/json_text.h"

namespace boxkited {

std::string to_string(const TableError& error) {
    const std::string line = error.line == 0 ? "" : ":" + std::to_string(error.line);
    return error.file + line + ": " + error.reason;
}

std::string shown_path(const std::string& path) {
    std::string quoted = json_string(path);
    return !path.empty() && quoted.size() == path.size() + 2 ? path : quoted;
}

}  // namespace boxkited
