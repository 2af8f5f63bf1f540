#pragma once

#include <cmath>
#include <cstddef>

#include "drift/lanes.h"
#include "drift/share_comparison.h"

namespace boxkited {

// What is gathered from all bins; see scores() and sampling_p_value().
template <typename Number>
struct BinTerms {
    Number psi{};
    Number js{};
    Number kl{};
    Number chi_squared{};
    Number tie{};  // The cubed share of all values of both sides.
    // The largest difference of shares, the smallest counts: of the baseline, of both sides.
    Number linf{};
    Number least_baseline = Number{} + HUGE_VAL;
    Number least_both = Number{} + HUGE_VAL;

    void add(const BinTerms& bin) {
        psi += bin.psi;
        js += bin.js;
        kl += bin.kl;
        chi_squared += bin.chi_squared;
        tie += bin.tie;
        linf = larger(bin.linf, linf);  // In this order, for -0 is not to take the place of 0.
        least_baseline = smaller(least_baseline, bin.least_baseline);
        least_both = smaller(least_both, bin.least_both);
    }
};

// The bins of a variable as its statistics see them.
//
// Threads: immutable; `counts` outlive it.
class ComparedBins {
public:
    // `totals` are those of the counts, and comparable.
    ComparedBins(const BinCounts& counts, Totals totals);

    double share_difference(std::size_t i) const {
        return difference_(counts_.baseline[i], counts_.live[i]);
    }
    DivergenceTerms divergence_terms(std::size_t i) const {
        return boxkited::divergence_terms(shares(i));
    }
    double kl_term(std::size_t i) const;
    double chi_squared_term(std::size_t i) const;
    double largest_cumulative_difference() const;

    // Of all bins, in one pass.
    BinTerms<double> sums() const;

private:
    Shares shares(std::size_t i) const {
        return {counts_.baseline[i] * per_baseline_, counts_.live[i] * per_live_,
                share_difference(i)};
    }
    double with_one_each(double total) const { return total + static_cast<double>(counts_.bins()); }
    BinTerms<double> terms(std::size_t i) const;
    // Those of kLanes bins from `i` on, if all of them are near, and no product is rounded.
    bool near_terms(std::size_t i, BinTerms<Lanes>& terms) const;

    BinCounts counts_;
    double per_baseline_;
    double per_live_;
    double per_both_;
    double smoothed_per_baseline_;
    double smoothed_per_live_;
    ShareDifference difference_;
    ShareDifference smoothed_difference_;
};

}  // namespace boxkited
