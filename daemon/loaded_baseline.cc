#include "daemon/loaded_baseline.h"

#include <filesystem>
#include <set>

#include "base/log.h"
#include "daemon/log_privacy.h"

namespace boxkited {

namespace {

void warn_of_double_names(const Baseline& baseline) {
    std::set<std::string_view> names;
    for (const BaselineVariable& variable : baseline.variables)
        if (variable.index && !names.insert(variable.feature_name).second)
            log::warning("baseline names two features alike; objects count for the first",
                         {{"feature", variable.feature_name}});
}

std::optional<WallTime> modified_at(const std::filesystem::path& path) {
    std::error_code failed;
    const auto time = std::filesystem::last_write_time(path, failed);
    if (failed) return std::nullopt;
    return std::chrono::floor<WallTime::duration>(std::chrono::file_clock::to_sys(time));
}

}  // namespace

Result<LoadedBaseline, std::string> load_baseline(const DaemonOptions& options,
                                                  const Clock& clock) {
    if (options.no_baseline) {
        if (auto error = misfit(options.prediction_log, {}); !error.empty())
            return Failure{std::move(error)};
        return LoadedBaseline{std::make_shared<const Baseline>(), "", clock.now()};
    }
    auto read = read_baseline(options.baseline);
    if (!read) return Failure{to_string(read.error(), options.baseline.string())};
    warn_of_double_names(*read);
    const DriftMisfits found = misfits(options.drift.rules, *read);
    if (!found.error.empty()) return Failure{found.error};
    if (auto error = misfit(options.prediction_log, *read); !error.empty())
        return Failure{std::move(error)};
    for (const std::string& warning : found.warnings) log::warning(warning);
    return LoadedBaseline{std::make_shared<const Baseline>(*std::move(read)),
                          options.baseline.string(), clock.now(), modified_at(options.baseline)};
}

}  // namespace boxkited
