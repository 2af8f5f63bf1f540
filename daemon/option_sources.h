#pragma once

#include <string>
#include <vector>

#include "base/result.h"
#include "daemon/option_value.h"

namespace boxkited {

// The values of environment variables: BOXKITED_ and the path of any option, and of the identity
// also the variables that Boxkite and Bedrock have. BOXKITED_CONFIG is not among them.
Result<std::vector<Setting>, OptionsError> settings_of_variables(const Environment& environment);

// Variables that look as if they were meant for the daemon, "BOXKITED_THREAD: no such option ...",
// and that do not hold the token of a listener of `options` either.
std::vector<std::string> warn_of_variables(const Environment& environment,
                                           const DaemonOptions& options);

// The values of flags. Listeners named by flags stand instead of all others.
Result<std::vector<Setting>, OptionsError> settings_of_flags(
    const std::vector<CommandLine::Flag>& flags);

// The names that the identity has when nobody chose one: for the replica POD_NAME or the host
// name, else "unknown-endpoint" and the like. Only those parts that are empty in `chosen`.
std::vector<Setting> settings_of_surroundings(const Identity& chosen,
                                              const Environment& environment);

}  // namespace boxkited
