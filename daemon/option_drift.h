#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "daemon/drift_settings.h"
#include "daemon/option_value.h"

namespace boxkited {

// Reads a JSON array of windows, each a text: `["90s","10m","1h","7d"]`.
Result<std::vector<WindowOptions>, ValueError> read_windows(std::string_view json);
std::string print_windows(const std::vector<WindowOptions>& windows);

// Reads a JSON object of features by name: `{"age": {"statistic": "ks", "threshold": 0.1}}`.
Result<decltype(DriftOptions::features), ValueError> read_features(std::string_view json);
std::string print_features(const decltype(DriftOptions::features)& features);

}  // namespace boxkited
