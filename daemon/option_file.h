#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "daemon/option_value.h"

namespace boxkited {

// The values of a config file: JSON with comments, of at most 1 MiB. An unknown key, or a key
// twice in one object, is an error; a `$schema` at the top is left to editors.
Result<std::vector<Setting>, OptionsError> settings_of_file(const std::string& path);

}  // namespace boxkited
