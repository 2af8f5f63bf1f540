//     log or table --block by block--> DriftCounter --> LiveDistributions --> Evaluator -->
//     verdicts
//       \ a thread of its own

#include <algorithm>
#include <cstdio>
#include <nlohmann/json.hpp>

#include "base/utc_text.h"
#include "daemon/commands/commands.h"
#include "daemon/commands/drift_columns.h"
#include "daemon/commands/drift_counter.h"
#include "daemon/commands/drift_rules.h"
#include "daemon/commands/drift_table.h"
#include "daemon/commands/output_file.h"
#include "daemon/commands/progress.h"
#include "daemon/drift_json.h"
#include "daemon/page_text.h"
#include "daemon/version.h"
#include "table/log_folder.h"
#include "table/table_stream.h"

namespace boxkited {

namespace {

constexpr int kNoDrift = 0;
constexpr int kWorkFailed = 1;
constexpr int kInputWrong = 2;
constexpr int kDriftFound = 3;

int report(int exit_code, const std::string& reason) {
    std::fprintf(stderr, "boxkited: %s\n", reason.c_str());
    return exit_code;
}

void warn(const std::string& text) {
    std::fprintf(stderr, "boxkited: warning: %s\n", text.c_str());
}

std::string counted(std::uint64_t count, const char* one, const char* many) {
    return std::to_string(count) + ' ' + (count == 1 ? one : many);
}

Result<std::shared_ptr<const Baseline>, std::string> load_baseline(const DriftFlags& flags,
                                                                   DriftRules& rules) {
    auto read = read_baseline(flags.baseline);
    if (!read) return Failure{to_string(read.error(), flags.baseline)};
    const DriftMisfits found = misfits(rules.options, *read);
    if (!found.error.empty()) return Failure{found.error};
    rules.warnings.insert(rules.warnings.end(), found.warnings.begin(), found.warnings.end());
    return std::make_shared<const Baseline>(*std::move(read));
}

// Partitions of other days are not read. One stays, so that there is a table.
void drop_other_days(std::vector<TableFile>& files, const DriftFlags& flags) {
    const auto is_other = [&](const TableFile& file) {
        const auto day = file.is_log ? day_of_partition(file.path) : std::nullopt;
        if (!day) return false;
        return (flags.since && *day + std::chrono::days(1) <= *flags.since) ||
               (flags.until && *day >= *flags.until);
    };
    const TableFile last = files.back();
    std::erase_if(files, is_other);
    if (files.empty()) files.push_back(last);
}

// The table, counted.
class CountedTable {
public:
    CountedTable(std::shared_ptr<const Baseline> baseline, const DriftRules& rules,
                 const DriftFlags& flags)
        : rules_(rules), flags_(flags), live_(std::move(baseline), rules.limits, 1) {}

    // The error is a line that names the file.
    Result<void, std::string> read() {
        auto files = table_files(flags_.inputs);
        if (!files) return Failure{to_string(files.error())};
        drop_other_days(*files, flags_);
        const auto total = size_of_files(*files);
        const auto layout = live_.snapshot().layout;
        TableReader reader(*std::move(files), {.delimiter = flags_.delimiter,
                                               .has_header = !flags_.no_header,
                                               .whole_events = true,
                                               .need_times = flags_.since || flags_.until,
                                               .kept_features = layout->feature_count()});
        const auto table = reader.open();
        if (!table) return Failure{to_string(table.error())};
        if (auto chosen = choose_columns(*table, *layout); !chosen)
            return Failure{reader.name_of(0) + ": " + chosen.error()};
        counter_.emplace(live_, *table, columns_ ? &*columns_ : nullptr, flags_);
        Progress progress(total, flags_.quiet);
        return count(reader, progress);
    }

    Evaluation evaluate(std::unique_ptr<Evaluator>& evaluator) const {
        LiveSnapshot live = live_.snapshot();
        evaluator = std::make_unique<Evaluator>(live.layout, rules_.options);
        std::chrono::duration<double> span{};
        if (counter_->first_time()) span = *counter_->last_time() - *counter_->first_time();
        return evaluator->evaluate({{std::string(kAllTime), span, std::move(live.counts)}},
                                   std::move(live.new_bins), SystemClock().now());
    }

    // What may come as a surprise, and what was read.
    void say() const {
        for (const std::string& warning : rules_.warnings) warn(warning);
        if (columns_ && !columns_->left_out().empty())
            std::fprintf(stderr, "boxkited: not in the baseline and left out: %s\n",
                         list_of_names(columns_->left_out()).c_str());
        warn_of_not_counted(live_.snapshot().not_counted);
        if (counter_->outside() > 0)
            std::fprintf(stderr, "boxkited: %s of another time left out\n",
                         counted(counter_->outside(), "event", "events").c_str());
        const std::string times = counter_->first_time()
                                      ? ", from " + utc_text(*counter_->first_time()) + " to " +
                                            utc_text(*counter_->last_time())
                                      : "";
        std::fprintf(stderr, "boxkited: %s%s\n",
                     (columns_ ? counted(counter_->rows(), "row", "rows")
                               : counted(counter_->rows(), "event", "events"))
                         .c_str(),
                     times.c_str());
    }

private:
    Result<void, std::string> choose_columns(const TableColumns& table, const Layout& layout) {
        if (table.are_events) {
            if (flags_.prediction && *flags_.prediction != "output")
                return Failure{
                    std::string("--prediction: the predictions of events are their "
                                "`output`")};
            return {};
        }
        if (flags_.since || flags_.until)
            return Failure{std::string(flags_.since ? "--since" : "--until") +
                           ": rows of a table have no time, as events of a prediction log do"};
        auto chosen = DriftColumns::choose(table, layout, rules_.options, flags_.prediction);
        if (!chosen) return Failure{chosen.error()};
        columns_ = *std::move(chosen);
        return {};
    }

    Result<void, std::string> count(TableReader& reader, Progress& progress) {
        TableStream stream(reader);
        for (;;) {
            const auto block = stream.next();
            if (!block) return Failure{to_string(block.error())};
            if (*block == nullptr) break;
            counter_->take(**block);
            progress.show({(*block)->bytes_read, counter_->rows() + counter_->outside()});
        }
        return {};
    }

    static void warn_of_not_counted(const NotCountedTally& tally) {
        const auto of = [&](NotCounted reason) { return tally[static_cast<std::size_t>(reason)]; };
        if (const auto events = of(NotCounted::kMismatch); events > 0)
            warn(counted(events, "event has", "events have") +
                 " too few or too many features, or an unknown name");
        if (const auto values = of(NotCounted::kNested); values > 0)
            warn(counted(values, "value is", "values are") +
                 " an object or an array, and not counted");
        if (const auto values = of(NotCounted::kNewBins) + of(NotCounted::kLongText); values > 0)
            warn(counted(values, "value counts", "values count") +
                 " in __other__: the categories are too many, or too long");
    }

    const DriftRules& rules_;
    const DriftFlags& flags_;
    LiveDistributions live_;
    std::optional<DriftColumns> columns_;  // Nothing for events.
    std::optional<DriftCounter> counter_;
};

// Bytes that are no UTF-8 are shown as such.
std::string dump(const nlohmann::ordered_json& json) {
    return json.dump(-1, ' ', false, nlohmann::ordered_json::error_handler_t::replace);
}

std::string report_page(const DriftFlags& flags, const Evaluation& evaluation,
                        const Evaluator& evaluator) {
    std::string json = dump({{"version", kVersion}, {"baseline", flags.baseline}});
    json.back() = ',';
    json += "\"drift\":" + *drift_distributions_json(evaluation, evaluator, kAllTime) + "}";
    return page_with_report(json);
}

bool print(const std::string& text) {
    return std::fwrite(text.data(), 1, text.size(), stdout) == text.size() &&
           std::fflush(stdout) == 0;
}

bool is_drifted(const WindowDrift& drift) {
    return std::any_of(
        drift.variables.begin(), drift.variables.end(),
        [](const VariableDrift& each) { return each.assessment.verdict == Verdict::kDrifted; });
}

}  // namespace

int drift(const DriftFlags& flags, const Environment& environment) {
    if (flags.html && kPageText.html.empty())
        return report(kInputWrong, "--html: this boxkited was built without the drift page");
    auto rules = load_drift_rules(flags, environment);
    if (!rules) return report(kInputWrong, to_string(rules.error()));
    auto baseline = load_baseline(flags, *rules);
    if (!baseline) return report(kInputWrong, baseline.error());
    CountedTable table(*std::move(baseline), *rules, flags);
    if (const auto read = table.read(); !read) return report(kInputWrong, read.error());

    std::unique_ptr<Evaluator> evaluator;
    const Evaluation evaluation = table.evaluate(evaluator);
    if (!flags.quiet) table.say();
    const WindowDrift& all = evaluation.windows.front();
    if (flags.json && !flags.quiet && !all.share)
        std::fprintf(stderr, "boxkited: %s\n", drift_summary(all).c_str());
    if (!print(flags.json ? drift_json(evaluation, *evaluator) + '\n' : drift_table(evaluation)))
        return report(kWorkFailed, "standard output: cannot write");
    if (flags.html) {
        const auto written = write_output(*flags.html, report_page(flags, evaluation, *evaluator));
        if (!written) return report(kWorkFailed, written.error());
    }
    return is_drifted(all) ? kDriftFound : kNoDrift;
}

}  // namespace boxkited
