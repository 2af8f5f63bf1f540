#include "drift/statistics.h"

#include <algorithm>
#include <cassert>
#include <cmath>
#include <limits>

#include "drift/share_comparison.h"
#include "drift/tail_probability.h"
#include "drift/wasserstein.h"

namespace boxkited {
namespace {

// Each bin as the statistics see it.
class ComparedBins {
public:
    ComparedBins(const BinCounts& counts, Totals totals)
        : counts_(counts),
          per_baseline_(1 / totals.baseline),
          per_live_(1 / totals.live),
          smoothed_per_baseline_(1 / with_one_each(totals.baseline)),
          smoothed_per_live_(1 / with_one_each(totals.live)),
          difference_(totals),
          smoothed_difference_({with_one_each(totals.baseline), with_one_each(totals.live)}) {}

    double share_difference(std::size_t i) const {
        return difference_(counts_.baseline[i], counts_.live[i]);
    }
    Shares shares(std::size_t i) const {
        return {counts_.baseline[i] * per_baseline_, counts_.live[i] * per_live_,
                share_difference(i)};
    }
    double kl_term(std::size_t i) const {
        const double baseline = counts_.baseline[i] + 1;
        const double live = counts_.live[i] + 1;
        return log_ratio_term({baseline * smoothed_per_baseline_, live * smoothed_per_live_,
                               smoothed_difference_(baseline, live)});
    }
    double chi_squared_term(std::size_t i) const {
        const double baseline = counts_.baseline[i];
        const double live = counts_.live[i];
        return baseline + live > 0 ? difference_.chi_squared_term(baseline, live) : 0;
    }
    double largest_cumulative_difference() const {
        double largest = 0;
        double baseline = 0;
        double live = 0;
        for (std::size_t i = 0; i < counts_.bounds.size(); ++i) {
            baseline += counts_.baseline[i];
            live += counts_.live[i];
            largest = std::max(largest, std::abs(difference_(baseline, live)));
        }
        return largest;
    }

private:
    double with_one_each(double total) const { return total + static_cast<double>(counts_.bins()); }

    BinCounts counts_;
    double per_baseline_;
    double per_live_;
    double smoothed_per_baseline_;
    double smoothed_per_live_;
    ShareDifference difference_;
    ShareDifference smoothed_difference_;
};

void set(Scores& scores, Statistic statistic, std::optional<double> score) {
    scores[static_cast<std::size_t>(statistic)] = score;
}

// Those that are defined for both kinds of variables, in one pass.
void score_by_bin(Scores& scores, const BinCounts& counts, const ComparedBins& bins) {
    double kl = 0;
    double linf = 0;
    DivergenceTerms sums{0, 0};
    for (std::size_t i = 0; i < counts.bins(); ++i) {
        const Shares shares = bins.shares(i);
        const DivergenceTerms terms = divergence_terms(shares);
        sums.psi += terms.psi;
        sums.js += terms.js;
        kl += bins.kl_term(i);
        linf = std::max(linf, std::abs(shares.difference));
    }
    set(scores, Statistic::kKl, kl);
    set(scores, Statistic::kPsi, sums.psi);
    set(scores, Statistic::kJs, std::sqrt(std::clamp(sums.js, 0., 1.)));
    set(scores, Statistic::kLinf, linf);
}

std::optional<double> wasserstein(const BinCounts& counts) {
    const auto areas = WassersteinAreas::of(counts);
    if (!areas) return std::nullopt;
    double sum = 0;
    areas->for_each([&](std::size_t, double area) { sum += area; });
    return std::min(sum, std::numeric_limits<double>::max());
}

double chi_squared(const BinCounts& counts, const ComparedBins& bins) {
    double sum = 0;
    for (std::size_t i = 0; i < counts.bins(); ++i) sum += bins.chi_squared_term(i);
    return sum;
}

std::size_t bins_in_use(const BinCounts& counts) {
    std::size_t used = 0;
    for (std::size_t i = 0; i < counts.bins(); ++i)
        if (counts.baseline[i] + counts.live[i] > 0) ++used;
    return used;
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
    Totals totals;
    for (std::size_t i = 0; i < counts.bins(); ++i) {
        totals.baseline += counts.baseline[i];
        totals.live += counts.live[i];
    }
    return totals;
}

Scores scores(const BinCounts& counts) { return scores(counts, totals_of(counts)); }

Scores scores(const BinCounts& counts, const Totals& totals) {
    assert(counts.live.size() == counts.bins());
    assert(counts.bounds.empty() || counts.bounds.size() + 1 == counts.bins());
    Scores scores;
    if (!totals.comparable()) return scores;
    const ComparedBins bins(counts, totals);
    score_by_bin(scores, counts, bins);
    if (counts.kind() == VariableKind::kContinuous) {
        set(scores, Statistic::kKs, bins.largest_cumulative_difference());
        set(scores, Statistic::kWasserstein, wasserstein(counts));
    } else {
        set(scores, Statistic::kChiSquared, chi_squared(counts, bins));
    }
    return scores;
}

PValues p_values(const BinCounts& counts, const Scores& scores) {
    return p_values(counts, scores, totals_of(counts));
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

std::vector<double> contributions(Statistic statistic, const BinCounts& counts) {
    const Totals totals = totals_of(counts);
    if (!totals.comparable() || !is_defined_for(statistic, counts.kind()))
        return std::vector<double>(counts.bins());
    const ComparedBins bins(counts, totals);
    switch (statistic) {
        case Statistic::kKl:
            return terms(counts, [&](std::size_t i) { return bins.kl_term(i); });
        case Statistic::kPsi:
            return terms(counts,
                         [&](std::size_t i) { return divergence_terms(bins.shares(i)).psi; });
        case Statistic::kJs:
            return terms(counts,
                         [&](std::size_t i) { return divergence_terms(bins.shares(i)).js; });
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
