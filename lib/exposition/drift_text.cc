#include "exposition/drift_text.h"

#include <algorithm>
#include <utility>

#include "exposition/bucket_info.h"
#include "exposition/sample_text.h"

namespace boxkited {

namespace {

constexpr std::string_view kTypicalValue = "0.0################";
constexpr int kSmall = 6;

// The families of an evaluation: what they are called, and which lines they have.
enum class Lines { kStatistics, kPValues, kVariables, kWindows };
struct GaugeFamily {
    std::string_view name;
    std::string_view help;
    Lines lines;
    // Of kVariables.
    std::optional<double> (*value)(const VariableDrift&) = nullptr;
};

std::optional<double> detected(const VariableDrift& drift) {
    if (drift.assessment.verdict == Verdict::kInsufficientData) return std::nullopt;
    return drift.assessment.verdict == Verdict::kDrifted ? 1 : 0;
}
std::optional<double> observations(const VariableDrift& drift) {
    return static_cast<double>(drift.observations);
}
std::optional<double> missing(const VariableDrift& drift) { return drift.missing_ratio; }
std::optional<double> unseen(const VariableDrift& drift) { return drift.unseen_ratio; }

constexpr std::array kGauges{
    GaugeFamily{"boxkite_drift_score", "How far live values lie from the baseline",
                Lines::kStatistics},
    GaugeFamily{"boxkite_drift_p_value", "How likely such a score is when nothing drifted",
                Lines::kPValues},
    GaugeFamily{"boxkite_drift_detected",
                "1 when the variable drifted, 0 when not, absent with too little data",
                Lines::kVariables, detected},
    GaugeFamily{"boxkite_drift_share", "Share of the variables with a verdict that drifted",
                Lines::kWindows},
    GaugeFamily{"boxkite_window_observations", "Live values within the window", Lines::kVariables,
                observations},
    GaugeFamily{"boxkite_missing_ratio", "Share of live values that are missing", Lines::kVariables,
                missing},
    GaugeFamily{"boxkite_unseen_ratio",
                "Share of live values in categories or ranges that the baseline never had",
                Lines::kVariables, unseen},
};

// The statistic of which a variable has a p-value.
Statistic tested(VariableKind kind) {
    return kind == VariableKind::kContinuous ? Statistic::kKs : Statistic::kChiSquared;
}

std::string label_text(std::string_view name, std::string_view value) {
    std::string text;
    append_label(text, name, value);
    return text;
}

// Of a drift family's label sets, what stands behind the name of the variable.
class Labels {
public:
    explicit Labels(std::string_view window) : window_(label_text("window", window)) {
        for (const Statistic each : kStatistics)
            with_statistics_.push_back(',' + label_text("statistic", label(each)) + ',' + window_);
        with_variable_ = ',' + window_;
    }

    const std::string& of_window() const { return window_; }
    const std::string& of_variable() const { return with_variable_; }
    const std::string& of_statistic(Statistic each) const {
        return with_statistics_[static_cast<std::size_t>(each)];
    }

private:
    std::string window_;
    std::string with_variable_;
    std::vector<std::string> with_statistics_;
};

// The lines of one window in one family.
void add_lines(LineTemplate& lines, const GaugeFamily& family, const WindowDrift& window,
               const Baseline& baseline, const std::vector<std::string>& variables) {
    const Labels labels(window.window.name);
    std::string prefix;
    const auto add = [&](const std::string& variable, const std::string& more) {
        (((((prefix = family.name) += '{') += variable) += more) += "} ");
        lines.add_line(prefix);
    };
    if (family.lines == Lines::kWindows) return add({}, labels.of_window());
    for (const VariableDrift& each : window.variables) {
        const std::string& variable = variables[each.variable];
        const VariableKind kind = kind_of(baseline.variables[each.variable]);
        if (family.lines == Lines::kPValues) {
            add(variable, labels.of_statistic(tested(kind)));
        } else if (family.lines == Lines::kVariables) {
            add(variable, labels.of_variable());
        } else {
            for (const Statistic statistic : kStatistics)
                if (is_defined_for(statistic, kind)) add(variable, labels.of_statistic(statistic));
        }
    }
}

void add_value(LineValues& values, const std::optional<double>& value) {
    value ? values.add(*value) : values.add_none();
}

// In the order of add_lines().
void add_values(LineValues& values, const GaugeFamily& family, const WindowDrift& window,
                const Baseline& baseline) {
    if (family.lines == Lines::kWindows) return add_value(values, window.share);
    for (const VariableDrift& each : window.variables) {
        const Assessment& assessment = each.assessment;
        const VariableKind kind = kind_of(baseline.variables[each.variable]);
        if (family.lines == Lines::kVariables) {
            add_value(values, family.value(each));
        } else if (family.lines == Lines::kPValues) {
            add_value(values, kind == VariableKind::kContinuous ? assessment.p_values.ks
                                                                : assessment.p_values.chi_squared);
        } else {
            for (const Statistic statistic : kStatistics)
                if (is_defined_for(statistic, kind))
                    add_value(values, score_of(assessment.scores, statistic));
        }
    }
}

std::string head(std::string_view name, std::string_view type, std::string_view help,
                 TextFormat format) {
    std::string text;
    append_head(text, name, type, help, format);
    return text;
}

std::vector<std::string> labels_of_variables(const Baseline& baseline) {
    std::vector<std::string> labels;
    for (const BaselineVariable& variable : baseline.variables)
        labels.push_back(label_text("metric_name", variable.metric_name) + ',' +
                         label_text("feature_name", variable.name()));
    return labels;
}

// All windows have the same variables.
std::vector<std::uint32_t> variables_of(const Evaluation& evaluation) {
    std::vector<std::uint32_t> variables;
    if (evaluation.windows.empty()) return variables;
    for (const VariableDrift& each : evaluation.windows.front().variables)
        variables.push_back(each.variable);
    return variables;
}

std::vector<std::string> windows_of(const Evaluation& evaluation) {
    std::vector<std::string> windows;
    for (const WindowDrift& each : evaluation.windows) windows.push_back(each.window.name);
    return windows;
}

}  // namespace

DriftLines::DriftLines(const Evaluation& evaluation)
    : layout_(evaluation.layout),
      windows_(windows_of(evaluation)),
      variables_(variables_of(evaluation)),
      buckets_(bucket_info_text(layout_->baseline())) {
    add_gauges(evaluation);
    for (const TextFormat format : {TextFormat::kPrometheus004, TextFormat::kOpenMetrics100})
        buckets_heads_[static_cast<std::size_t>(format)] = head(
            kBucketInfoName, "untyped", "Which bucket of a live histogram is below which", format);
}

void DriftLines::add_gauges(const Evaluation& evaluation) {
    const auto variables = labels_of_variables(layout_->baseline());
    for (const GaugeFamily& family : kGauges) {
        lines_.begin_group(family.name, LineTemplate::kAllFormats);
        lines_.add_text(head(family.name, "gauge", family.help, TextFormat::kPrometheus004));
        for (const WindowDrift& window : evaluation.windows)
            add_lines(lines_, family, window, layout_->baseline(), variables);
    }
    lines_.shrink_to_fit();
}

bool DriftLines::suit(const Evaluation& evaluation) const {
    return layout_ == evaluation.layout && windows_ == windows_of(evaluation) &&
           variables_ == variables_of(evaluation);
}

std::shared_ptr<const PackedDriftLines> PackedDriftLines::make(
    std::shared_ptr<const DriftLines> lines, const std::stop_token& stop) {
    auto gauges = PackedTemplate::make(lines->lines_, kTypicalValue, stop);
    if (!gauges || stop.stop_requested()) return nullptr;
    return std::shared_ptr<const PackedDriftLines>(
        new PackedDriftLines(std::move(lines), *std::move(gauges)));
}

PackedDriftLines::PackedDriftLines(std::shared_ptr<const DriftLines> lines, PackedTemplate gauges)
    : lines_(std::move(lines)),
      gauges_(std::move(gauges)),
      buckets_(deflated(lines_->buckets_, kSmall)) {
    for (std::size_t format = 0; format < buckets_heads_.size(); ++format)
        buckets_heads_[format] = deflated(lines_->buckets_heads_[format], kSmall);
}

DriftText::DriftText(std::shared_ptr<const DriftLines> lines,
                     std::shared_ptr<const PackedDriftLines> packed, const Evaluation& evaluation)
    : lines_(std::move(lines)), packed_(std::move(packed)) {
    values_.reserve(lines_->lines_.values());
    for (const GaugeFamily& family : kGauges)
        for (const WindowDrift& window : evaluation.windows)
            add_values(values_, family, window, layout()->baseline());
    if (is_packed())
        packed_->gauges_.append(packed_gauges_, values_,
                                choose(TextFormat::kPrometheus004, NameFilter()));
}

// A family without a sample is left out whole.
std::vector<bool> DriftText::choose(TextFormat format, const NameFilter& filter) const {
    std::vector<bool> chosen = lines_->lines_.choose(format, filter);
    for (std::size_t group = 0; group < chosen.size(); ++group) {
        const LineTemplate::Range range = lines_->lines_.range_of(group);
        if (values_.bytes(range.value, range.value_end) == 0) chosen[group] = false;
    }
    return chosen;
}

bool DriftText::takes_buckets(const NameFilter& filter) const {
    return !lines_->buckets_.empty() && filter.takes(kBucketInfoName);
}

void DriftText::append(std::string& out, TextFormat format, const NameFilter& filter) const {
    lines_->lines_.append(out, values_, choose(format, filter));
    if (!takes_buckets(filter)) return;
    out += lines_->buckets_heads_[static_cast<std::size_t>(format)];
    out += lines_->buckets_;
}

void DriftText::append(DeflatedText& out, TextFormat format, const NameFilter& filter) const {
    if (filter.takes_all()) {
        out.append(packed_gauges_);
    } else {
        packed_->gauges_.append(out, values_, choose(format, filter));
    }
    if (!takes_buckets(filter)) return;
    out.append(packed_->buckets_heads_[static_cast<std::size_t>(format)]);
    out.append(packed_->buckets_);
}

}  // namespace boxkited
