#include "drift/significance.h"

#include <algorithm>
#include <cmath>
#include <vector>

#include "drift/share_comparison.h"
#include "drift/tail_probability.h"

namespace boxkited {
namespace {

constexpr double kExpectedValues = 10;

struct Bin {
    double baseline;
    double live;
    std::size_t place;
};
// Reused from call to call: one evaluation asks for thousands of variables and windows.
using Bins = std::vector<Bin>;

// What tells how many values a bin expects.
enum class View {
    kBaseline,  // The baseline, taken for the truth.
    kPooled,    // Both sides together, each a sample of the same data.
};

// Which bins, or groups of them, expect enough values for the chi-squared distribution, and the
// order in which the others are grouped.
class Expectation {
public:
    Expectation(Totals totals, View view) : totals_(totals), view_(view) {}

    bool is_dense(double baseline, double live) const {
        if (view_ == View::kBaseline)
            return baseline * totals_.live >= kExpectedValues * totals_.baseline;
        return (baseline + live) * std::min(totals_.baseline, totals_.live) >=
               kExpectedValues * (totals_.baseline + totals_.live);
    }

    bool has_larger_share(const Bin& one, const Bin& other) const {
        const double a = weight(one);
        const double b = weight(other);
        return a != b ? a > b : one.place < other.place;
    }

private:
    double weight(const Bin& bin) const {
        return view_ == View::kBaseline ? bin.baseline : bin.baseline + bin.live;
    }

    const Totals totals_;
    const View view_;
};

// Pearson's statistic over dense groups of the bins that are added.
class GroupedChiSquared {
public:
    GroupedChiSquared(Totals totals, const Expectation& expectation)
        : expectation_(expectation), difference_(totals) {}

    void add(double baseline, double live) {
        open_.baseline += baseline;
        open_.live += live;
        if (!expectation_.is_dense(open_.baseline, open_.live)) return;
        count_last_group();
        last_ = open_;
        open_ = {};
        ++groups_;
    }

    // No more are added.
    double p_value() {
        last_.baseline += open_.baseline;
        last_.live += open_.live;
        count_last_group();
        return chi_squared_tail(statistic_, groups_ - 1.);
    }

private:
    void count_last_group() {
        if (groups_ > 0) statistic_ += difference_.chi_squared_term(last_.baseline, last_.live);
    }

    const Expectation& expectation_;
    const ShareDifference difference_;
    Totals open_;  // What is not dense yet.
    Totals last_;  // The last dense group. Not counted yet, for what stays open joins it.
    double statistic_ = 0;
    int groups_ = 0;
};

double bulk_of_continuous(const BinCounts& counts, Totals totals, const Expectation& expectation) {
    GroupedChiSquared groups(totals, expectation);
    for (std::size_t i = 0; i < counts.bins(); ++i) groups.add(counts.baseline[i], counts.live[i]);
    return groups.p_value();
}

// Into the order in which they are grouped: by falling share, but that the dense ones, which are
// groups of their own, need no order among themselves. Only the last of them has its place.
void order_for_grouping(Bins& bins, const Expectation& expectation) {
    const auto by_share = [&](const Bin& one, const Bin& other) {
        return expectation.has_larger_share(one, other);
    };
    const auto sparse = std::partition(bins.begin(), bins.end(), [&](const Bin& bin) {
        return expectation.is_dense(bin.baseline, bin.live);
    });
    if (sparse != bins.begin())
        std::iter_swap(std::max_element(bins.begin(), sparse, by_share), sparse - 1);
    std::sort(sparse, bins.end(), by_share);
}

double bulk_of_discrete(const BinCounts& counts, Totals totals, const Expectation& expectation) {
    thread_local Bins bins;
    bins.resize(counts.bins());
    for (std::size_t i = 0; i < counts.bins(); ++i)
        bins[i] = {counts.baseline[i], counts.live[i], i};
    order_for_grouping(bins, expectation);
    GroupedChiSquared groups(totals, expectation);
    for (const Bin& bin : bins) groups.add(bin.baseline, bin.live);
    return groups.p_value();
}

// A bin with no fewer live values and no more baseline values than another has the smaller
// p-value, so that only those that no other bin outdoes need a test: few, of many bins.
double smallest_fisher_p(Bins& bins, Totals totals, double enough) {
    std::sort(bins.begin(), bins.end(), [](const Bin& one, const Bin& other) {
        return one.baseline != other.baseline ? one.baseline < other.baseline
                                              : one.live > other.live;
    });
    const FisherTest test(totals);
    double most_live = 0;
    for (const Bin& bin : bins) {
        if (bin.live <= most_live) continue;
        most_live = bin.live;
        enough = std::min(enough, test.p_value(bin.baseline, bin.live, enough));
    }
    return enough;
}

// p2, or any value from `enough` on when p2 is no less.
double rare_bins(const BinCounts& counts, Totals totals, const Expectation& expectation,
                 double enough) {
    thread_local Bins grown;
    grown.clear();
    double sparse = 0;
    const Totals whole{std::round(totals.baseline), std::round(totals.live)};
    for (std::size_t i = 0; i < counts.bins(); ++i) {
        if (expectation.is_dense(counts.baseline[i], counts.live[i])) continue;
        ++sparse;
        const double baseline = std::round(counts.baseline[i]);
        const double live = std::round(counts.live[i]);
        // The median of a hypergeometric variable is within 1 of its mean: a bin that has not
        // grown has a p-value of at least a half.
        if (live * whole.baseline > baseline * whole.live) grown.push_back({baseline, live, i});
    }
    if (grown.empty() || !whole.comparable()) return 1;
    return smallest_fisher_p(grown, whole, enough / sparse) * sparse;
}

// p3: the rank-sum test of Wilcoxon, Mann and Whitney over ordered bins, two-sided, by its normal
// limit with the correction for ties, which the values of a bin are: the sum of their cubed shares.
double moved(const BinCounts& counts, Totals totals, double ties) {
    const double all = totals.baseline + totals.live;
    if (all <= 1 || ties >= 1) return 1;
    const double half = totals.baseline / 2;
    double below = 0;
    double excess = 0;  // Of the pairs in which the live value is the larger one, over half of all.
    for (std::size_t i = 0; i < counts.bins(); ++i) {
        excess += counts.live[i] * (below + counts.baseline[i] / 2 - half);
        below += counts.baseline[i];
    }
    const double variance =
        totals.baseline * totals.live / 12 * (all / (all - 1)) * all * (1 - ties);
    return std::erfc(std::abs(excess) / std::sqrt(2 * variance));
}

// p1 and p2 of bins that are dense, one by one: each is a group of its own, and none is rare.
double bulk_of_dense(const BinCounts& counts, const Comparison& comparison) {
    if (comparison.p_values.chi_squared) return *comparison.p_values.chi_squared;
    return chi_squared_tail(comparison.sums.chi_squared, static_cast<double>(counts.bins()) - 1);
}

// The smaller one of p1 and p2. A p2 of a half is as good as 1.
double bulk_or_rare(const BinCounts& counts, Totals totals, const Expectation& expectation) {
    const double bulk = counts.kind() == VariableKind::kContinuous
                            ? bulk_of_continuous(counts, totals, expectation)
                            : bulk_of_discrete(counts, totals, expectation);
    return std::min(bulk, rare_bins(counts, totals, expectation, std::min(bulk, 0.5)));
}

double p_value_of(const BinCounts& counts, const Comparison& comparison, View view) {
    const Totals& totals = comparison.totals;
    const BinTerms<double>& sums = comparison.sums;
    const Expectation expectation(totals, view);
    const bool all_dense =
        expectation.is_dense(sums.least_baseline, sums.least_both - sums.least_baseline);
    const double smallest =
        all_dense ? bulk_of_dense(counts, comparison) : bulk_or_rare(counts, totals, expectation);
    if (counts.kind() == VariableKind::kDiscrete) return std::min(1., 2 * smallest);
    return std::min(1., 3 * std::min(smallest, moved(counts, totals, sums.tie)));
}

}  // namespace

double sampling_p_value(const BinCounts& counts) {
    return sampling_p_value(counts, compare(counts, totals_of(counts)));
}

double sampling_p_value(const BinCounts& counts, const Comparison& comparison) {
    if (!comparison.totals.comparable()) return 1;
    const double p = p_value_of(counts, comparison, View::kBaseline);
    if (counts.kind() == VariableKind::kContinuous || p >= 1) return p;
    return std::max(p, p_value_of(counts, comparison, View::kPooled));
}

}  // namespace boxkited
