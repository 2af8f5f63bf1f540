#pragma once

#include <string>
#include <string_view>

#include "base/json_text.h"
#include "base/result.h"
#include "daemon/option_table.h"

namespace boxkited {

// Why a value is refused, and where within it: {"[1].serves", "expected ..."}.
struct ValueError {
    std::string inside;  // Empty: the value as a whole.
    std::string reason;
};

// Takes `json`, one JSON value, into the row's member. What is no JSON is refused as a value of
// the wrong kind.
Result<void, ValueError> read_option(const OptionRow& row, std::string_view json,
                                     DaemonOptions& options);

// The member's value as JSON on one line; read_option() takes it back.
std::string print_option(const OptionRow& row, const DaemonOptions& options);

// "expected a path, not 7"; a long value is shortened.
ValueError wrong_value(std::string_view expected, std::string_view json);

// One value that somebody gave an option.
struct Setting {
    const OptionRow* row;
    std::string json;
    std::string where;  // "BOXKITED_THREADS"; what follows it in an error is ValueError::inside.
};

}  // namespace boxkited
