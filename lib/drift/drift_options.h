#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "baseline/baseline.h"
#include "drift/verdict.h"

namespace boxkited {

// By which rules variables are judged.
struct DriftOptions {
    // Judges every variable; where it is not defined for the kind of one, psi does.
    Statistic statistic = Statistic::kPsi;
    // The score that it must reach; nothing: default_threshold().
    std::optional<double> threshold;

    // Chance, in each evaluation of all variables, of an alarm that sampling alone causes.
    double alpha = 0.005;
    // Fewer live values within a window give no verdict.
    std::uint64_t minimum_observations = 200;

    // What one feature differs in; the predictions are called `inference`.
    struct Feature {
        std::optional<Statistic> statistic;
        std::optional<double> threshold;
        bool ignore = false;  // Neither judged nor shown.
    };
    std::map<std::string, Feature, std::less<>> features;

    // Null when there is nothing special about it.
    const Feature* find_feature(std::string_view name) const;
    DriftRule rule_of(const BaselineVariable& variable) const;
};

// What of the options does not go with the baseline.
struct DriftMisfits {
    std::string error;                  // A statistic that is not defined for its feature.
    std::vector<std::string> warnings;  // Features that the baseline does not have.
};
DriftMisfits misfits(const DriftOptions& options, const Baseline& baseline);

VariableKind kind_of(const BaselineVariable& variable);

}  // namespace boxkited
