#include "daemon/drift_json.h"

#include <algorithm>
#include <limits>
#include <nlohmann/json.hpp>
#include <numeric>
#include <utility>

#include "base/utc_text.h"

namespace boxkited {

namespace {

using nlohmann::ordered_json;

constexpr std::size_t kShownBins = 10;

ordered_json or_null(const std::optional<double>& number) {
    return number ? ordered_json(*number) : ordered_json();
}

// The name of each bin, under the label that it has on /metrics.
class BinNames {
public:
    BinNames(const BaselineVariable& variable, const std::vector<const NewBin*>& added)
        : variable_(variable), added_(added) {}

    std::string_view label() const { return variable_.is_numeric() ? "le" : "bin"; }
    const std::string& name(std::size_t bin) const {
        if (variable_.is_numeric()) return variable_.numeric().buckets[bin].le;
        const auto& bins = variable_.category().bins;
        return bin < bins.size() ? bins[bin].name : added_[bin - bins.size()]->name;
    }

private:
    const BaselineVariable& variable_;
    const std::vector<const NewBin*>& added_;
};

std::vector<std::size_t> largest(const std::vector<double>& terms) {
    std::vector<std::size_t> order(terms.size());
    std::iota(order.begin(), order.end(), 0U);
    std::stable_sort(order.begin(), order.end(),
                     [&](std::size_t a, std::size_t b) { return terms[a] > terms[b]; });
    order.resize(std::min(order.size(), kShownBins));
    return order;
}

ordered_json bins_json(const BinCounts& counts, const BinNames& names, Statistic statistic) {
    const Totals totals = totals_of(counts);
    if (!totals.comparable()) return ordered_json::array();
    const std::vector<double> terms = contributions(statistic, counts);
    ordered_json bins = ordered_json::array();
    for (const std::size_t bin : largest(terms))
        bins.push_back({{names.label(), names.name(bin)},
                        {"baseline", counts.baseline[bin]},
                        {"live", static_cast<std::uint64_t>(counts.live[bin])},
                        {"baseline_share", counts.baseline[bin] / totals.baseline},
                        {"live_share", counts.live[bin] / totals.live},
                        {"contribution", terms[bin]}});
    return bins;
}

ordered_json scores_json(const Scores& scores) {
    ordered_json json = ordered_json::object();
    for (const Statistic statistic : kStatistics)
        if (const auto score = score_of(scores, statistic)) json[label(statistic)] = *score;
    return json;
}

ordered_json p_values_json(const PValues& p_values) {
    ordered_json json = ordered_json::object();
    if (p_values.ks) json[label(Statistic::kKs)] = *p_values.ks;
    if (p_values.chi_squared) json[label(Statistic::kChiSquared)] = *p_values.chi_squared;
    return json;
}

// Names of features are what they are; the answer is JSON all the same.
std::string dump(const ordered_json& json) {
    return json.dump(-1, ' ', false, ordered_json::error_handler_t::replace);
}

class DriftJson {
public:
    DriftJson(const Evaluation& evaluation, const Evaluator& evaluator)
        : evaluation_(evaluation), evaluator_(evaluator) {}

    ordered_json document() {
        ordered_json variables = ordered_json::array();
        for (const std::size_t position : by_severity(evaluation_))
            variables.push_back(variable_json(position));
        return {{"evaluated_at", utc_text(evaluation_.at)},
                {"windows", windows_json()},
                {"variables", std::move(variables)}};
    }

    // Text, a variable at a time: a document of so many numbers takes twenty times its own size.
    std::string distributions(const WindowDrift& drift) {
        ordered_json head = {{"evaluated_at", utc_text(evaluation_.at)},
                             {"window", drift.window.name},
                             {"windows", windows_json()}};
        std::string text = dump(head);
        text.back() = ',';
        text += "\"variables\":[";
        const char* separator = "";
        for (const std::size_t position : by_severity(evaluation_)) {
            text += std::exchange(separator, ",");
            text += dump(distribution_json(drift.variables[position], drift.window.counts));
        }
        return text += "]}";
    }

private:
    ordered_json windows_json() const {
        ordered_json windows = ordered_json::array();
        for (const WindowDrift& drift : evaluation_.windows)
            windows.push_back({{"window", drift.window.name},
                               {"seconds", drift.window.covered.count()},
                               {"share", or_null(drift.share)}});
        return windows;
    }

    static ordered_json names_json(const BaselineVariable& variable) {
        return {{"metric_name", variable.metric_name},
                {"feature_name", variable.name()},
                {"kind", label(kind_of(variable))}};
    }

    ordered_json distribution_json(const VariableDrift& drift, const Counts& counts) {
        const BaselineVariable& variable = evaluation_.layout->baseline().variables[drift.variable];
        ordered_json json = names_json(variable);
        json.update(assessment_json(drift));
        added_.clear();
        evaluator_.read_bins(drift.variable, counts, evaluation_.new_bins, bins_, &added_);
        const BinNames names(variable, added_);
        ordered_json bins = ordered_json::array();
        for (std::size_t bin = 0; bin < bins_.live.size(); ++bin) bins.push_back(names.name(bin));
        json["bins"] = std::move(bins);
        json["baseline"] = bins_.baseline;
        json["live"] = std::vector<std::uint64_t>(bins_.live.begin(), bins_.live.end());
        json["contributions"] = contributions_of(drift.assessment.statistic);
        return json;
    }

    std::vector<double> contributions_of(Statistic statistic) const {
        if (!totals_of(bins_.counts()).comparable()) return std::vector<double>(bins_.live.size());
        return contributions(statistic, bins_.counts());
    }

    ordered_json variable_json(std::size_t position) {
        const std::uint32_t at = evaluation_.windows.front().variables[position].variable;
        const BaselineVariable& variable = evaluation_.layout->baseline().variables[at];
        ordered_json windows = ordered_json::object();
        for (const WindowDrift& drift : evaluation_.windows)
            windows[drift.window.name] =
                window_json(variable, drift.variables[position], drift.window.counts);
        ordered_json json = names_json(variable);
        json["windows"] = std::move(windows);
        return json;
    }

    static ordered_json assessment_json(const VariableDrift& drift) {
        const Assessment& assessment = drift.assessment;
        const bool is_judged = assessment.verdict != Verdict::kInsufficientData;
        return {{"verdict", label(assessment.verdict)},
                {"statistic", label(assessment.statistic)},
                {"score", or_null(assessment.score)},
                {"threshold", assessment.threshold},
                {"severity", is_judged ? or_null(assessment.severity) : ordered_json()},
                {"p_value", or_null(assessment.p_value)},
                {"observations", drift.observations},
                {"missing_ratio", or_null(drift.missing_ratio)},
                {"unseen_ratio", or_null(drift.unseen_ratio)},
                {"scores", scores_json(assessment.scores)},
                {"p_values", p_values_json(assessment.p_values)}};
    }

    ordered_json window_json(const BaselineVariable& variable, const VariableDrift& drift,
                             const Counts& counts) {
        added_.clear();
        evaluator_.read_bins(drift.variable, counts, evaluation_.new_bins, bins_, &added_);
        ordered_json json = assessment_json(drift);
        json["bins"] =
            bins_json(bins_.counts(), BinNames(variable, added_), drift.assessment.statistic);
        return json;
    }

    const Evaluation& evaluation_;
    const Evaluator& evaluator_;
    VariableBins bins_;
    std::vector<const NewBin*> added_;
};

}  // namespace

double greatest_severity(const Evaluation& evaluation, std::size_t position) {
    double greatest = 0;
    for (const WindowDrift& drift : evaluation.windows) {
        const Assessment& assessment = drift.variables[position].assessment;
        if (assessment.verdict == Verdict::kInsufficientData) continue;
        const bool drifted = assessment.verdict == Verdict::kDrifted;
        const double alone = drifted ? std::numeric_limits<double>::infinity() : 0;
        greatest = std::max(greatest, assessment.severity.value_or(alone));
    }
    return greatest;
}

std::vector<std::size_t> by_severity(const Evaluation& evaluation) {
    std::vector<double> severities;
    for (std::size_t i = 0; i < evaluation.windows.front().variables.size(); ++i)
        severities.push_back(greatest_severity(evaluation, i));
    std::vector<std::size_t> order(severities.size());
    std::iota(order.begin(), order.end(), 0U);
    std::stable_sort(order.begin(), order.end(),
                     [&](std::size_t a, std::size_t b) { return severities[a] > severities[b]; });
    return order;
}

std::string drift_json(const Evaluation& evaluation, const Evaluator& evaluator) {
    return dump(DriftJson(evaluation, evaluator).document());
}

std::optional<std::string> drift_distributions_json(const Evaluation& evaluation,
                                                    const Evaluator& evaluator,
                                                    std::string_view window) {
    for (const WindowDrift& drift : evaluation.windows)
        if (window.empty() || drift.window.name == window)
            return DriftJson(evaluation, evaluator).distributions(drift);
    return std::nullopt;
}

}  // namespace boxkited
