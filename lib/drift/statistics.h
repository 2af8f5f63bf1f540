#pragma once

#include <array>
#include <cstddef>
#include <optional>
#include <span>
#include <vector>

#include "drift/statistic.h"

namespace boxkited {

// What training and live data put into the same bins of one variable. Counts are finite, not
// negative, and not cumulative; those of a baseline may be fractions. Of a discrete variable the
// bins are those that either side has: a bin that is empty on both sides counts as a bin.
struct BinCounts {
    std::span<const double> baseline;
    std::span<const double> live;    // As many.
    std::span<const double> bounds;  // Continuous: finite, increasing, one fewer than bins, for
                                     // the last bin is `+Inf`. Discrete: empty.
    // Continuous: baseline_deviation() of these, if that is known; it takes a while.
    std::optional<double> deviation = std::nullopt;

    std::size_t bins() const { return baseline.size(); }
    VariableKind kind() const {
        return bounds.empty() ? VariableKind::kDiscrete : VariableKind::kContinuous;
    }
};

struct Totals {
    double baseline = 0;
    double live = 0;

    // Whether there is anything to compare: neither side is empty, or beyond 1e100.
    bool comparable() const;
};

Totals totals_of(const BinCounts& counts);

// The standard deviation that `wasserstein` is measured in, see scores(); of continuous variables
// whose baseline is not empty. As it scales bounds to keep clear of overflow, so is it scaled.
double baseline_deviation(const BinCounts& counts);

// By Statistic. Nothing where it is not defined, and everywhere when totals are not comparable.
using Scores = std::array<std::optional<double>, kStatistics.size()>;

inline const std::optional<double>& score_of(const Scores& scores, Statistic statistic) {
    return scores[static_cast<std::size_t>(statistic)];
}

// All statistics that are defined for the kind of variable. With K bins of which bin i holds
// b_i of B baseline values and l_i of L live ones, p_i = b_i/B, q_i = l_i/L, F cumulative shares:
//
//   ks           largest abs(F_b - F_l) at a finite bound; totals include `+Inf`
//   kl           sum of (p - q) ln(p/q), of shares (b_i + 1)/(B + K) and (l_i + 1)/(L + K)
//   psi          sum of (p - q) ln(p/q), of shares that are at least 0.0001
//   js           square root of the Jensen-Shannon divergence in bits: 0 to 1
//   wasserstein  area between F_b and F_l over the finite bounds, of the values up to the last
//                one; in standard deviations of the baseline, each bucket's values at its middle
//                (the first one's at its bound). Nothing when that deviation is 0, or no value
//                of one side is up to the last finite bound
//   chi_squared  Pearson's statistic of the two rows b and l, without bins that both leave empty
//   linf         largest abs(p_i - q_i)
//
// Each is finite, and 0 when both sides are the same.
//
// Threads: any.
Scores scores(const BinCounts& counts);

// How likely scores at least as large are, when both sides are samples of the same data. Nothing
// where the score is nothing.
struct PValues {
    std::optional<double> ks;           // Kolmogorov's limit, at sqrt(B L / (B + L)) ks.
    std::optional<double> chi_squared;  // With one degree of freedom fewer than bins in use.
};

// `scores` are those of the same counts.
//
// Threads: any.
PValues p_values(const BinCounts& counts, const Scores& scores);

// What each bin adds to the score: its term where that is a sum (of js: of the divergence under
// the root; of wasserstein: the area over the bucket), abs(p_i - q_i) for ks and linf. All 0 where
// the score is nothing.
//
// Threads: any.
std::vector<double> contributions(Statistic statistic, const BinCounts& counts);

}  // namespace boxkited
