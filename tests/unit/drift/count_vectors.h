#pragma once

#include <vector>

#include "drift/statistics.h"

namespace boxkited {

// Counts that own what a BinCounts refers to.
struct CountVectors {
    std::vector<double> baseline;
    std::vector<double> live;
    std::vector<double> bounds;

    BinCounts counts() const { return {baseline, live, bounds}; }
};

inline double score(const CountVectors& vectors, Statistic statistic) {
    return score_of(scores(vectors.counts()), statistic).value();
}

}  // namespace boxkited
