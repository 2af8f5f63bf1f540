#include "drift/wasserstein.h"

#include <algorithm>

namespace boxkited {

std::optional<WassersteinAreas> WassersteinAreas::of(const BinCounts& counts) {
    if (counts.kind() != VariableKind::kContinuous) return std::nullopt;
    const auto finite = counts.bounds.size();
    const BinCounts bounded{counts.baseline.first(finite), counts.live.first(finite),
                            counts.bounds};
    const Totals totals = totals_of(bounded);
    if (!totals.comparable()) return std::nullopt;
    const double deviation = counts.deviation
                                 ? *counts.deviation
                                 : WassersteinAreas::deviation(bounded, totals.baseline);
    if (deviation <= 0) return std::nullopt;
    return WassersteinAreas(bounded, totals, deviation);
}

double WassersteinAreas::deviation(const BinCounts& counts, double total) {
    const double origin = scaled(counts.bounds.front());
    // From the origin: what is far from zero and narrow keeps its digits.
    const auto middle = [&](std::size_t i) {
        return i == 0 ? 0
                      : (scaled(counts.bounds[i - 1]) - origin) / 2 +
                            (scaled(counts.bounds[i]) - origin) / 2;
    };
    double mean = 0;
    for (std::size_t i = 0; i < counts.bins(); ++i) mean += counts.baseline[i] / total * middle(i);

    double farthest = 0;
    for (std::size_t i = 0; i < counts.bins(); ++i)
        if (counts.baseline[i] > 0) farthest = std::max(farthest, std::abs(middle(i) - mean));
    if (farthest <= 0) return 0;

    // As parts of the farthest one, whose square may be no double. The mean of what is left
    // corrects the rounding of the first mean.
    double squares = 0;
    double rest = 0;
    for (std::size_t i = 0; i < counts.bins(); ++i) {
        const double part = (middle(i) - mean) / farthest;
        const double share = counts.baseline[i] / total;
        squares += share * part * part;
        rest += share * part;
    }
    return farthest * std::sqrt(std::max(0., squares - rest * rest));
}

double baseline_deviation(const BinCounts& counts) {
    const auto finite = counts.bounds.size();
    const BinCounts bounded{counts.baseline.first(finite), counts.baseline.first(finite),
                            counts.bounds};
    return WassersteinAreas::deviation(bounded, totals_of(bounded).baseline);
}

}  // namespace boxkited
