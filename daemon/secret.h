#pragma once

#include <string>
#include <string_view>

#include "base/result.h"
#include "daemon/options.h"

namespace boxkited {

// Where a secret stands: in a file, or, when that has no name, in an environment variable. It has
// no place in the config.
struct SecretPlace {
    std::string_view what;  // "token": then the options are token_file and token_env.
    std::string file;
    std::string variable;
};

// The secret without the spaces and line ends around it: 16 to 4096 visible ASCII characters. An
// error names the option, and shows nothing of the secret.
Result<std::string, std::string> load_secret(const SecretPlace& place,
                                             const Environment& environment);

}  // namespace boxkited
