#include "drift/statistics.h"

#include <algorithm>
#include <cassert>
#include <cmath>
#include <limits>

#include "drift/comparison.h"
#include "drift/tail_probability.h"
#include "drift/wasserstein.h"

namespace boxkited {
namespace {

void set(Scores& scores, Statistic statistic, std::optional<double> score) {
    scores[static_cast<std::size_t>(statistic)] = score;
}

// Those that are defined for both kinds of variables.
void set_from_sums(Scores& scores, const BinTerms<double>& sums) {
    set(scores, Statistic::kKl, sums.kl);
    set(scores, Statistic::kPsi, sums.psi);
    set(scores, Statistic::kJs, std::sqrt(std::clamp(sums.js, 0., 1.)));
    set(scores, Statistic::kLinf, sums.linf);
}

std::optional<double> wasserstein(const BinCounts& counts) {
    const auto areas = WassersteinAreas::of(counts);
    if (!areas) return std::nullopt;
    return std::min(areas->sum(), std::numeric_limits<double>::max());
}

std::size_t bins_in_use(const BinCounts& counts) {
    std::size_t used = 0;
    for (std::size_t i = 0; i < counts.bins(); ++i)
        if (counts.baseline[i] + counts.live[i] > 0) ++used;
    return used;
}

PValues p_values(const BinCounts& counts, const Scores& scores, const Totals& totals) {
    PValues p_values;
    if (const auto& ks = score_of(scores, Statistic::kKs)) {
        const double values = totals.baseline / (totals.baseline + totals.live) * totals.live;
        p_values.ks = kolmogorov_tail(std::sqrt(values) * *ks);
    }
    if (const auto& statistic = score_of(scores, Statistic::kChiSquared))
        p_values.chi_squared =
            chi_squared_tail(*statistic, static_cast<double>(bins_in_use(counts)) - 1);
    return p_values;
}

template <typename Term>
std::vector<double> terms(const BinCounts& counts, Term term) {
    std::vector<double> terms(counts.bins());
    for (std::size_t i = 0; i < terms.size(); ++i) terms[i] = term(i);
    return terms;
}

std::vector<double> wasserstein_terms(const BinCounts& counts) {
    std::vector<double> terms(counts.bins());
    if (const auto areas = WassersteinAreas::of(counts))
        areas->for_each([&](std::size_t i, double area) {
            terms[i] = std::min(area, std::numeric_limits<double>::max());
        });
    return terms;
}

}  // namespace

bool Totals::comparable() const {
    const auto is_some = [](double total) { return total > 1e-100 && total < 1e100; };
    return is_some(baseline) && is_some(live);
}

Totals totals_of(const BinCounts& counts) {
    Lanes baseline{};
    Lanes live{};
    std::size_t i = 0;
    for (; i + kLanes <= counts.bins(); i += kLanes) {
        baseline += load_lanes(&counts.baseline[i]);
        live += load_lanes(&counts.live[i]);
    }
    Totals totals{baseline[0] + baseline[1], live[0] + live[1]};
    for (; i < counts.bins(); ++i) {
        totals.baseline += counts.baseline[i];
        totals.live += counts.live[i];
    }
    return totals;
}

Comparison compare(const BinCounts& counts, const Totals& totals) {
    assert(counts.live.size() == counts.bins());
    assert(counts.bounds.empty() || counts.bounds.size() + 1 == counts.bins());
    Comparison made{totals, {}, {}, {}};
    if (!totals.comparable()) return made;
    const ComparedBins bins(counts, totals);
    made.sums = bins.sums();
    set_from_sums(made.scores, made.sums);
    if (counts.kind() == VariableKind::kContinuous) {
        set(made.scores, Statistic::kKs, bins.largest_cumulative_difference());
        set(made.scores, Statistic::kWasserstein, wasserstein(counts));
    } else {
        set(made.scores, Statistic::kChiSquared, made.sums.chi_squared);
    }
    made.p_values = p_values(counts, made.scores, totals);
    return made;
}

Scores scores(const BinCounts& counts) { return compare(counts, totals_of(counts)).scores; }

PValues p_values(const BinCounts& counts, const Scores& scores) {
    return p_values(counts, scores, totals_of(counts));
}

std::vector<double> contributions(Statistic statistic, const BinCounts& counts) {
    const Totals totals = totals_of(counts);
    if (!totals.comparable() || !is_defined_for(statistic, counts.kind()))
        return std::vector<double>(counts.bins());
    const ComparedBins bins(counts, totals);
    switch (statistic) {
        case Statistic::kKl:
            return terms(counts, [&](std::size_t i) { return bins.kl_term(i); });
        case Statistic::kPsi:
            return terms(counts, [&](std::size_t i) { return bins.divergence_terms(i).psi; });
        case Statistic::kJs:
            return terms(counts, [&](std::size_t i) { return bins.divergence_terms(i).js; });
        case Statistic::kWasserstein:
            return wasserstein_terms(counts);
        case Statistic::kChiSquared:
            return terms(counts, [&](std::size_t i) { return bins.chi_squared_term(i); });
        case Statistic::kKs:
        case Statistic::kLinf:
            break;
    }
    return terms(counts, [&](std::size_t i) { return std::abs(bins.share_difference(i)); });
}

}  // namespace boxkited
