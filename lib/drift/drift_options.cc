#include "drift/drift_options.h"

#include <algorithm>

#include "base/json_text.h"

namespace boxkited {

namespace {

std::string path_of(std::string_view feature) { return "drift.features." + printable(feature); }

std::string misfit(const std::string& feature, Statistic statistic, const Baseline& baseline) {
    for (const BaselineVariable& variable : baseline.variables) {
        if (variable.name() != feature || is_defined_for(statistic, kind_of(variable))) continue;
        return path_of(feature) + ".statistic: " + std::string(label(statistic)) +
               " is not defined for the feature, which is " + std::string(label(kind_of(variable)));
    }
    return {};
}

}  // namespace

VariableKind kind_of(const BaselineVariable& variable) {
    return variable.is_numeric() ? VariableKind::kContinuous : VariableKind::kDiscrete;
}

const DriftOptions::Feature* DriftOptions::find_feature(std::string_view name) const {
    const auto at = features.find(name);
    return at == features.end() ? nullptr : &at->second;
}

DriftRule DriftOptions::rule_of(const BaselineVariable& variable) const {
    DriftRule rule{statistic, threshold.value_or(default_threshold(statistic)), alpha,
                   minimum_observations};
    const Feature* const feature = find_feature(variable.name());
    if (feature == nullptr) return rule;
    if (feature->statistic) {
        rule.statistic = *feature->statistic;
        rule.threshold = default_threshold(rule.statistic);
    }
    if (feature->threshold) rule.threshold = *feature->threshold;
    return rule;
}

DriftMisfits misfits(const DriftOptions& options, const Baseline& baseline) {
    DriftMisfits found;
    for (const auto& [name, feature] : options.features) {
        const bool is_there =
            std::any_of(baseline.variables.begin(), baseline.variables.end(),
                        [&](const BaselineVariable& variable) { return variable.name() == name; });
        if (!is_there)
            found.warnings.push_back(path_of(name) + ": the baseline has no feature of that name");
        if (feature.statistic && found.error.empty())
            found.error = misfit(name, *feature.statistic, baseline);
    }
    return found;
}

}  // namespace boxkited
