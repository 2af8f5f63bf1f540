#pragma once

#include <string>
#include <string_view>

namespace boxkited {

// Who logs: parts of the file names of the prediction log, and of the ids it makes.
struct Identity {
    std::string endpoint_id;
    std::string logger_id;
    std::string replica_id;
    std::string server_id;
};

// Whether `text` can stand in a file name as it is: 1 to 100 letters, digits, `.`, `_`, `-`, and
// neither `.` nor `..`.
bool is_safe_name(std::string_view text);

}  // namespace boxkited
