#include "drift/evaluation.h"

#include <algorithm>
#include <numeric>
#include <utility>

namespace boxkited {

namespace {

std::vector<double> bucket_counts(const NumericBaseline& numeric) {
    std::vector<double> counts;
    double below = 0;
    for (const auto& bucket : numeric.buckets) {
        counts.push_back(bucket.count - below);
        below = bucket.count;
    }
    return counts;
}

std::vector<double> bin_counts(const CategoryBaseline& category) {
    std::vector<double> counts;
    for (const auto& bin : category.bins) counts.push_back(bin.count);
    return counts;
}

std::optional<double> share_of_drifted(const std::vector<VariableDrift>& variables) {
    std::size_t drifted = 0;
    std::size_t judged = 0;
    for (const VariableDrift& each : variables) {
        drifted += each.assessment.verdict == Verdict::kDrifted ? 1 : 0;
        judged += each.assessment.verdict == Verdict::kInsufficientData ? 0 : 1;
    }
    if (judged == 0) return std::nullopt;
    return static_cast<double>(drifted) / static_cast<double>(judged);
}

}  // namespace

Evaluator::Evaluator(std::shared_ptr<const Layout> layout, const DriftOptions& options)
    : layout_(std::move(layout)) {
    const auto& variables = layout_->baseline().variables;
    for (std::uint32_t i = 0; i < variables.size(); ++i) {
        const auto& index = layout_->variables()[i].index;
        if (const auto* bounds = std::get_if<BucketBounds>(&index)) {
            const auto counts = bucket_counts(variables[i].numeric());
            const double deviation = baseline_deviation({counts, counts, bounds->values()});
            training_.push_back({counts, bounds->values(), deviation, {}});
        } else {
            const auto other = std::get<CategoryBins>(index).find(kOtherBin);
            training_.push_back({bin_counts(variables[i].category()), {}, {}, other});
        }
        const auto* const feature = options.find_feature(variables[i].name());
        if (feature == nullptr || !feature->ignore)
            judged_.push_back({i, options.rule_of(variables[i])});
    }
}

Evaluation Evaluator::evaluate(std::vector<WindowCounts> windows, std::vector<NewBin> new_bins,
                               WallTime at) {
    Evaluation evaluation{layout_, std::move(new_bins), at, {}};
    for (WindowCounts& window : windows)
        evaluation.windows.push_back(evaluate_window(std::move(window), evaluation.new_bins));
    return evaluation;
}

WindowDrift Evaluator::evaluate_window(WindowCounts window, const std::vector<NewBin>& new_bins) {
    WindowDrift drift{std::move(window), {}, {}};
    drift.variables.reserve(judged_.size());
    for (const Judged& judged : judged_)
        drift.variables.push_back(evaluate_variable(judged, drift.window.counts, new_bins));
    drift.share = share_of_drifted(drift.variables);
    return drift;
}

VariableDrift Evaluator::evaluate_variable(const Judged& judged, const Counts& counts,
                                           const std::vector<NewBin>& new_bins) {
    const Layout::Variable& place = layout_->variables()[judged.variable];
    read_bins(judged.variable, counts, new_bins, bins_);
    VariableDrift drift{judged.variable, 0, {}, {}, {}};
    const BinCounts bins = bins_.counts();
    const Totals totals = totals_of(bins);
    drift.assessment = assess(bins, totals, judged.rule, judged_.size());

    const double observations = totals.live;
    if (observations == 0) return drift;
    drift.observations = static_cast<std::uint64_t>(observations);
    const auto unusual = [&](Unusual what) {
        return static_cast<double>(counts[place.slot_of(what)]);
    };
    // Bins behind those of the baseline are those that it lacks.
    const double unseen = std::accumulate(bins_.live.begin() + place.slots, bins_.live.end(), 0.0) +
                          unusual(Unusual::kBelow) + unusual(Unusual::kAbove);
    drift.missing_ratio = unusual(Unusual::kMissing) / observations;
    drift.unseen_ratio = unseen / observations;
    return drift;
}

void Evaluator::read_bins(std::uint32_t variable, const Counts& counts,
                          const std::vector<NewBin>& new_bins, VariableBins& bins,
                          std::vector<const NewBin*>* added) const {
    const Layout::Variable& place = layout_->variables()[variable];
    const Training& training = training_[variable];
    bins.baseline = training.counts;
    bins.bounds = training.bounds;
    bins.deviation = training.deviation;
    bins.live.resize(place.slots);
    // Signed: no processor of old turns unsigned ones into doubles by itself.
    for (std::size_t i = 0; i < place.slots; ++i)
        bins.live[i] = static_cast<double>(static_cast<std::int64_t>(counts[place.first_slot + i]));
    for (const NewBin& bin : new_bins_of(new_bins, variable)) {
        // A bin that was made after the window's counts were read has none.
        const std::uint64_t count = bin.slot < counts.size() ? counts[bin.slot] : 0;
        if (count == 0) continue;
        if (training.other) {
            bins.live[*training.other] += static_cast<double>(count);
            continue;
        }
        bins.baseline.push_back(0);
        bins.live.push_back(static_cast<double>(count));
        if (added != nullptr) added->push_back(&bin);
    }
}

}  // namespace boxkited
