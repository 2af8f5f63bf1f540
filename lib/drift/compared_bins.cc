#include "drift/compared_bins.h"

#include <algorithm>
#include <cmath>

#include "drift/near_shares.h"

namespace boxkited {

ComparedBins::ComparedBins(const BinCounts& counts, Totals totals)
    : counts_(counts),
      per_baseline_(1 / totals.baseline),
      per_live_(1 / totals.live),
      per_both_(1 / (totals.baseline + totals.live)),
      smoothed_per_baseline_(1 / with_one_each(totals.baseline)),
      smoothed_per_live_(1 / with_one_each(totals.live)),
      difference_(totals),
      smoothed_difference_({with_one_each(totals.baseline), with_one_each(totals.live)}) {}

double ComparedBins::kl_term(std::size_t i) const {
    const double baseline = counts_.baseline[i] + 1;
    const double live = counts_.live[i] + 1;
    return log_ratio_term({baseline * smoothed_per_baseline_, live * smoothed_per_live_,
                           smoothed_difference_(baseline, live)});
}

double ComparedBins::chi_squared_term(std::size_t i) const {
    const double both = counts_.baseline[i] + counts_.live[i];
    return both > 0 ? difference_.chi_squared_of(share_difference(i), both) : 0;
}

double ComparedBins::largest_cumulative_difference() const {
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

BinTerms<double> ComparedBins::terms(std::size_t i) const {
    const Shares seen = shares(i);
    const DivergenceTerms divergence = boxkited::divergence_terms(seen);
    const double both = counts_.baseline[i] + counts_.live[i];
    const double share = both * per_both_;
    return {divergence.psi,
            divergence.js,
            kl_term(i),
            both > 0 ? difference_.chi_squared_of(seen.difference, both) : 0,
            share * share * share,
            std::abs(seen.difference),
            counts_.baseline[i],
            both};
}

[[gnu::always_inline]] inline bool ComparedBins::near_terms(std::size_t i,
                                                            BinTerms<Lanes>& terms) const {
    const Lanes baseline = load_lanes(&counts_.baseline[i]);
    const Lanes live = load_lanes(&counts_.live[i]);
    const SharesOf<Lanes> shares{baseline * per_baseline_, live * per_live_,
                                 difference_.of_fitting(baseline, live)};
    const Lanes smoothed_difference = smoothed_difference_.of_fitting(baseline + 1, live + 1);
    const Lanes sum = shares.baseline + shares.live;
    const Lanes u = shares.difference / sum;
    const Lanes square = u * u;
    const Lanes smoothed_u = smoothed_difference / ((baseline + 1) * smoothed_per_baseline_ +
                                                    (live + 1) * smoothed_per_live_);
    const Lanes smoothed_square = smoothed_u * smoothed_u;

    // An empty bin's square is no number, but its shares are below the floor.
    const auto near = (larger(square, smoothed_square) < kNear * kNear) &
                      (smaller(shares.baseline, shares.live) >= kPsiFloor);
    if ((near[0] & near[1]) == 0) return false;

    const auto divergence = near_divergence_terms(shares, sum, u, square);
    const Lanes both = baseline + live;
    const Lanes share = both * per_both_;
    terms = {divergence.psi,
             divergence.js,
             smoothed_difference * near_log_ratio(smoothed_u, smoothed_square),
             difference_.chi_squared_of(shares.difference, both),
             share * share * share,
             larger(shares.difference, -shares.difference),
             baseline,
             both};
    return true;
}

BinTerms<double> ComparedBins::sums() const {
    const bool fit = difference_.products_fit() && smoothed_difference_.products_fit();
    const std::size_t in_lanes = fit ? counts_.bins() / kLanes * kLanes : 0;
    BinTerms<Lanes> lanes;
    BinTerms<Lanes> near;
    BinTerms<double> sums;
    for (std::size_t i = 0; i < in_lanes; i += kLanes) {
        if (near_terms(i, near)) {
            lanes.add(near);
        } else {
            for (std::size_t lane = 0; lane < kLanes; ++lane) sums.add(terms(i + lane));
        }
    }
    for (std::size_t i = in_lanes; i < counts_.bins(); ++i) sums.add(terms(i));
    for (std::size_t lane = 0; lane < kLanes; ++lane)
        sums.add({lanes.psi[lane], lanes.js[lane], lanes.kl[lane], lanes.chi_squared[lane],
                  lanes.tie[lane], lanes.linf[lane], lanes.least_baseline[lane],
                  lanes.least_both[lane]});
    return sums;
}

}  // namespace boxkited
