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

    double operator()(double baseline, double live) const {
        const double subtrahend = live * totals_.baseline;
        if (products_fit_) return (baseline * totals_.live - subtrahend) * scale_;
        const double lost = std::fma(live, totals_.baseline, -subtrahend);
        return (std::fma(baseline, totals_.live, -subtrahend) - lost) * scale_;
    }

    // What bins with these counts add to Pearson's statistic; not all counts are 0.
    double chi_squared_term(double baseline, double live) const {
        const double difference = (*this)(baseline, live);
        return difference * difference * product_ / (baseline + live);
    }

private:
    Totals totals_;
    double product_;
    double scale_;
    bool products_fit_;  // No product of whole counts is rounded.
};

// One bin's share of the baseline, and of the live values.
struct Shares {
    double baseline;
    double live;
    double difference;  // baseline - live, by ShareDifference.
};

// (p - q) ln(p/q); both shares are above 0.
double log_ratio_term(const Shares& shares);

// The logarithms are most of the work, and these two share them.
struct DivergenceTerms {
    double psi;  // log_ratio_term() of shares that are at least 0.0001.
    double js;   // (p ln(p/m) + q ln(q/m)) / (2 ln 2) with m = (p + q)/2.
};
DivergenceTerms divergence_terms(const Shares& shares);

}  // namespace boxkited
