#include "table/table_error.h"

namespace boxkited {

std::string to_string(const TableError& error) {
    const std::string line = error.line == 0 ? "" : ":" + std::to_string(error.line);
    return error.file + line + ": " + error.reason;
}

}  // namespace boxkited
