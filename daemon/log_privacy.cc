#include "daemon/log_privacy.h"

#include <algorithm>

#include "base/json_text.h"
#include "daemon/option_table.h"
#include "daemon/secret.h"

namespace boxkited {

Result<void, std::string> load_hash_key(DaemonOptions& options, const Environment& environment) {
    if (options.prediction_log.hashed_features.empty()) return {};
    auto key = load_secret({"hash_key", options.hash_key_file.string(), options.hash_key_env},
                           environment);
    if (!key) return Failure{"prediction_log." + key.error()};
    options.prediction_log.hash_key = *std::move(key);
    return {};
}

std::string misfit(const PredictionLogOptions& options, const Baseline& baseline) {
    std::vector<std::string> names;
    for (const BaselineVariable& variable : baseline.variables)
        if (variable.index) names.push_back(variable.feature_name);
    if (names.empty())
        return options.features == PredictionLogOptions::Shape::kAsSent
                   ? ""
                   : "prediction_log.features: expected \"as_sent\" without a baseline, whose "
                     "names the other shape is made with";
    for (const std::string& hashed : options.hashed_features) {
        if (std::find(names.begin(), names.end(), hashed) != names.end()) continue;
        const std::string meant = nearest(hashed, names);
        return "prediction_log.hashed_features: the baseline has no feature " +
               json_string(hashed) +
               (meant.empty() ? "" : "; did you mean " + json_string(meant) + "?");
    }
    return {};
}

}  // namespace boxkited
