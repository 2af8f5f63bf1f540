#include "drift/verdict.h"

#include <algorithm>
#include <limits>

#include "drift/significance.h"

namespace boxkited {
namespace {

// Psi judges in the place of a statistic that says nothing of these counts.
void choose_statistic(Assessment& assessment, const DriftRule& rule, VariableKind kind) {
    const bool chosen_judges = score_of(assessment.scores, Statistic::kPsi)
                                   ? score_of(assessment.scores, rule.statistic).has_value()
                                   : is_defined_for(rule.statistic, kind);
    assessment.statistic = chosen_judges ? rule.statistic : Statistic::kPsi;
    assessment.threshold = chosen_judges ? rule.threshold : default_threshold(Statistic::kPsi);
    assessment.score = score_of(assessment.scores, assessment.statistic);
}

std::optional<double> severity_of(double score, double threshold) {
    if (threshold <= 0) return std::nullopt;
    return std::min(score / threshold, std::numeric_limits<double>::max());
}

bool is_drifted(const Assessment& assessment, const DriftRule& rule, std::size_t variables) {
    const double judged_together = static_cast<double>(std::max<std::size_t>(variables, 1));
    return *assessment.score >= assessment.threshold &&
           *assessment.p_value < rule.alpha / judged_together;
}

}  // namespace

std::string_view label(Verdict verdict) noexcept {
    switch (verdict) {
        case Verdict::kDrifted:
            return "drifted";
        case Verdict::kStable:
            return "stable";
        case Verdict::kInsufficientData:
            break;
    }
    return "insufficient_data";
}

Assessment assess(const BinCounts& counts, const DriftRule& rule, std::size_t variables) {
    return assess(counts, totals_of(counts), rule, variables);
}

Assessment assess(const BinCounts& counts, const Totals& totals, const DriftRule& rule,
                  std::size_t variables) {
    Assessment assessment;
    const Comparison comparison = compare(counts, totals);
    assessment.scores = comparison.scores;
    assessment.p_values = comparison.p_values;
    choose_statistic(assessment, rule, counts.kind());
    if (!assessment.score) return assessment;

    assessment.severity = severity_of(*assessment.score, assessment.threshold);
    assessment.p_value = sampling_p_value(counts, comparison);
    if (totals.live < static_cast<double>(rule.minimum_observations)) return assessment;
    assessment.verdict = counts.bins() > 1 && is_drifted(assessment, rule, variables)
                             ? Verdict::kDrifted
                             : Verdict::kStable;
    return assessment;
}

}  // namespace boxkited
