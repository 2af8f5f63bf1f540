#pragma once

#include <cmath>

#include "drift/statistics.h"

namespace boxkited {

// Subtracts a share of the live values from one of the baseline, to all digits that doubles have.
//
// b/B - l/L as two quotients would lose a difference below 1e-16 of them, and leave one where
// there is none. (b L - l B) / (B L) does neither, as long as the products keep all their digits.
//
// Threads: immutable.
class ShareDifference {
public:
    // Both totals are above 0.
    explicit ShareDifference(Totals totals)
        : totals_(totals),
          product_(totals.baseline * totals.live),
          scale_(1 / product_),
          products_fit_(product_ <= 0x1p53) {}

    // Whether no product of whole counts is rounded.
    bool products_fit() const { return products_fit_; }

    double operator()(double baseline, double live) const {
        if (products_fit_) return of_fitting(baseline, live);
        const double subtrahend = live * totals_.baseline;
        const double lost = std::fma(live, totals_.baseline, -subtrahend);
        return (std::fma(baseline, totals_.live, -subtrahend) - lost) * scale_;
    }

    // The same, when products fit; of numbers or Lanes.
    template <typename Number>
    Number of_fitting(Number baseline, Number live) const {
        return (baseline * totals_.live - live * totals_.baseline) * scale_;
    }

    // What bins with these counts add to Pearson's statistic; not all counts are 0.
    double chi_squared_term(double baseline, double live) const {
        return chi_squared_of((*this)(baseline, live), baseline + live);
    }
    template <typename Number>
    Number chi_squared_of(Number difference, Number baseline_and_live) const {
        return difference * difference * product_ / baseline_and_live;
    }

private:
    Totals totals_;
    double product_;
    double scale_;
    bool products_fit_;
};

// One bin's share of the baseline, and of the live values.
template <typename Number>
struct SharesOf {
    Number baseline;
    Number live;
    Number difference;  // baseline - live, by ShareDifference.
};
using Shares = SharesOf<double>;

// (p - q) ln(p/q); both shares are above 0.
double log_ratio_term(const Shares& shares);

// The logarithms are most of the work, and these two share them.
template <typename Number>
struct DivergenceTermsOf {
    Number psi;  // log_ratio_term() of shares that are at least kPsiFloor.
    Number js;   // (p ln(p/m) + q ln(q/m)) / (2 ln 2) with m = (p + q)/2.
};
using DivergenceTerms = DivergenceTermsOf<double>;
DivergenceTerms divergence_terms(const Shares& shares);

inline constexpr double kPsiFloor = 0.0001;

}  // namespace boxkited
