#pragma once

#include <string>
#include <vector>

#include "daemon/command_line.h"
#include "daemon/options.h"

namespace boxkited {

// By what `boxkited drift` judges, and how far it counts categories that training never had.
struct DriftRules {
    DriftOptions options;
    MonitorLimits limits;
    std::vector<std::string> warnings;
};

// Flags beat the variables of the environment, these beat the config file, that beats the default.
// A statistic that a flag names has its default threshold, unless a flag names one as well.
Result<DriftRules, OptionsError> load_drift_rules(const DriftFlags& flags,
                                                  const Environment& environment);

}  // namespace boxkited
