#include "exposition/drift_text.h"

#include <utility>

#include "exposition/bucket_info.h"
#include "exposition/sample_text.h"

namespace boxkited {

namespace {

// One family on its way: samples only when they have a value.
struct Gauge {
    std::string_view name;
    std::string_view help;
    std::string samples;

    void add(std::string_view labels, std::optional<double> value) {
        if (!value) return;
        (((samples += name) += '{') += labels) += "} ";
        append_value_line(samples, {}, *value);
    }
};

std::string label_text(std::string_view name, std::string_view value) {
    std::string text;
    append_label(text, name, value);
    return text;
}

std::string with(std::string labels, const std::string& more) {
    return std::move((labels += ',') += more);
}

struct Gauges {
    Gauge score{"boxkite_drift_score", "How far live values lie from the baseline", {}};
    Gauge p_value{"boxkite_drift_p_value", "How likely such a score is when nothing drifted", {}};
    Gauge detected{"boxkite_drift_detected",
                   "1 when the variable drifted, 0 when not, absent with too little data",
                   {}};
    Gauge share{"boxkite_drift_share", "Share of the variables with a verdict that drifted", {}};
    Gauge observations{"boxkite_window_observations", "Live values within the window", {}};
    Gauge missing{"boxkite_missing_ratio", "Share of live values that are missing", {}};
    Gauge unseen{"boxkite_unseen_ratio",
                 "Share of live values in categories or ranges that the baseline never had",
                 {}};

    void add_window(const WindowDrift& drift, const std::vector<std::string>& variables) {
        const std::string window = label_text("window", drift.window.name);
        share.add(window, drift.share);
        for (const VariableDrift& each : drift.variables)
            add_variable(each, variables[each.variable], window);
    }

private:
    void add_variable(const VariableDrift& drift, const std::string& variable,
                      const std::string& window) {
        const Assessment& assessment = drift.assessment;
        const auto of_statistic = [&](Statistic statistic) {
            return with(with(variable, label_text("statistic", label(statistic))), window);
        };
        for (const Statistic statistic : kStatistics)
            if (const auto found = score_of(assessment.scores, statistic))
                score.add(of_statistic(statistic), found);
        p_value.add(of_statistic(Statistic::kKs), assessment.p_values.ks);
        p_value.add(of_statistic(Statistic::kChiSquared), assessment.p_values.chi_squared);

        const std::string labels = with(variable, window);
        if (assessment.verdict != Verdict::kInsufficientData)
            detected.add(labels, assessment.verdict == Verdict::kDrifted ? 1 : 0);
        observations.add(labels, static_cast<double>(drift.observations));
        missing.add(labels, drift.missing_ratio);
        unseen.add(labels, drift.unseen_ratio);
    }
};

std::vector<std::string> labels_of_variables(const Baseline& baseline) {
    std::vector<std::string> labels;
    for (const BaselineVariable& variable : baseline.variables)
        labels.push_back(with(label_text("metric_name", variable.metric_name),
                              label_text("feature_name", variable.name())));
    return labels;
}

}  // namespace

DriftText::DriftText(const Evaluation& evaluation) : layout_(evaluation.layout) {
    Gauges gauges;
    const auto variables = labels_of_variables(evaluation.layout->baseline());
    for (const WindowDrift& window : evaluation.windows) gauges.add_window(window, variables);
    for (Gauge* const gauge : {&gauges.score, &gauges.p_value, &gauges.detected, &gauges.share,
                               &gauges.observations, &gauges.missing, &gauges.unseen})
        families_.push_back({gauge->name, "gauge", gauge->help, std::move(gauge->samples)});
    families_.push_back({kBucketInfoName, "untyped",
                         "Which bucket of a live histogram is below which",
                         bucket_info_text(evaluation.layout->baseline())});
}

void DriftText::append(std::string& out, TextFormat format, const NameFilter& filter) const {
    for (const Family& family : families_) {
        if (family.samples.empty() || !filter.takes(family.name)) continue;
        append_head(out, family.name, family.type, family.help, format);
        out += family.samples;
    }
}

}  // namespace boxkited
