#pragma once

#include <string>

#include "base/result.h"
#include "baseline/baseline.h"
#include "daemon/options.h"

namespace boxkited {

// Gives `options.prediction_log` the key of its hashes when it has any to make.
Result<void, std::string> load_hash_key(DaemonOptions& options, const Environment& environment);

// What of these options cannot be kept with this baseline, empty when all can: a feature that is
// to be hashed and is unknown would be written as it is.
std::string misfit(const PredictionLogOptions& options, const Baseline& baseline);

}  // namespace boxkited
