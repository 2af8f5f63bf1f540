#include "daemon/commands/drift_rules.h"

#include <algorithm>
#include <array>

#include "base/json_text.h"
#include "daemon/option_sources.h"
#include "daemon/option_value.h"

namespace boxkited {

namespace {

// What is said of listeners, logs and identity is for the daemon.
Environment of_drift(const Environment& environment) {
    constexpr std::array<std::string_view, 4> kTaken{"BOXKITED_CONFIG", "BOXKITED_DRIFT_",
                                                     "BOXKITED_LIMITS_BIN", "BOXKITED_LIMITS_NEW_"};
    Environment taken;
    for (const auto& variable : environment.variables)
        if (std::any_of(kTaken.begin(), kTaken.end(), [&](std::string_view beginning) {
                return variable.first.starts_with(beginning);
            }))
            taken.variables.insert(variable);
    taken.host_name = "unused";
    return taken;
}

Result<void, OptionsError> apply(const char* flag, const char* path,
                                 const std::optional<std::string>& value, DaemonOptions& options) {
    if (!value) return {};
    const OptionRow& row = *find_option(path);
    const bool is_text = std::holds_alternative<ChoiceKind>(row.kind);
    auto good = read_option(row, is_text ? json_string(*value) : *value, options);
    if (!good) return Failure{OptionsError{flag + good.error().inside, good.error().reason}};
    return {};
}

}  // namespace

Result<DriftRules, OptionsError> load_drift_rules(const DriftFlags& flags,
                                                  const Environment& environment) {
    const Environment variables = of_drift(environment);
    CommandLine command_line;
    command_line.config = flags.config;
    auto loaded = load_options(command_line, variables);
    if (!loaded) return Failure{loaded.error()};
    DaemonOptions& options = loaded->options;

    if (flags.statistic) options.drift.rules.threshold.reset();
    for (const auto& [flag, path, value] :
         {std::tuple("--statistic", "drift.statistic", &flags.statistic),
          std::tuple("--threshold", "drift.threshold", &flags.threshold),
          std::tuple("--alpha", "drift.alpha", &flags.alpha),
          std::tuple("--minimum-observations", "drift.minimum_observations",
                     &flags.minimum_observations)})
        if (auto good = apply(flag, path, *value, options); !good) return Failure{good.error()};
    return DriftRules{options.drift.rules, options.monitor, warn_of_variables(variables, options)};
}

}  // namespace boxkited
