#pragma once

#include <cmath>
#include <optional>

#include "drift/share_comparison.h"

namespace boxkited {

// The area between the two cumulative shares, of the values up to the last finite bound, in
// standard deviations of the baseline.
//
// Threads: immutable; `counts` outlive it.
class WassersteinAreas {
public:
    // Nothing where the statistic is not defined for these counts.
    static std::optional<WassersteinAreas> of(const BinCounts& counts);

    // Calls take(bin, area) for each bucket between two finite bounds.
    template <typename Take>
    void for_each(Take take) const {
        double baseline = 0;
        double live = 0;
        for (std::size_t i = 0; i + 1 < counts_.bounds.size(); ++i) {
            baseline += counts_.baseline[i];
            live += counts_.live[i];
            const double height = std::abs(difference_(baseline, live));
            take(i + 1,
                 height * (scaled(counts_.bounds[i + 1]) - scaled(counts_.bounds[i])) / deviation_);
        }
    }

    // Of all areas; may be infinite.
    double sum() const {
        double baseline = 0;
        double live = 0;
        double sum = 0;  // No more than the bounds are apart.
        for (std::size_t i = 0; i + 1 < counts_.bounds.size(); ++i) {
            baseline += counts_.baseline[i];
            live += counts_.live[i];
            sum += std::abs(difference_(baseline, live)) *
                   (scaled(counts_.bounds[i + 1]) - scaled(counts_.bounds[i]));
        }
        return sum / deviation_;
    }

    // Of scaled bounds; `counts` without the last bin.
    static double deviation(const BinCounts& counts, double total);

private:
    WassersteinAreas(const BinCounts& counts, Totals totals, double deviation)
        : counts_(counts), difference_(totals), deviation_(deviation) {}

    // Neither a sum nor a difference of two scaled bounds overflows.
    static double scaled(double bound) { return bound / 4; }

    BinCounts counts_;
    ShareDifference difference_;
    double deviation_;  // Of scaled bounds.
};

}  // namespace boxkited
