#pragma once

#include "drift/share_comparison.h"

namespace boxkited {

// How likely a value at least as large is, when chance alone made it. To 1e-9 of the whole.
//
// Threads: any.

// Kolmogorov's limit distribution; `x` is not negative.
double kolmogorov_tail(double x);

// `statistic` is not negative; 1 without a degree of freedom.
double chi_squared_tail(double statistic, double degrees_of_freedom);

// Fisher's exact test that a bin has more live values than its baseline count explains: that of
// the table {{live, L - live}, {baseline, B - baseline}} with both margins held.
class FisherTest {
public:
    // Whole and comparable.
    explicit FisherTest(Totals totals);

    // Counts are whole, and live / L is above baseline / B. Stops at any value from `enough` on,
    // once it is known that the p-value is no less.
    double p_value(double baseline, double live, double enough) const;

private:
    double probability_of(double baseline, double live) const;

    Totals totals_;
    ShareDifference difference_;
    double remainders_;
};

}  // namespace boxkited
