#pragma once

#include "drift/compared_bins.h"
#include "drift/statistics.h"

namespace boxkited {

// All that an assessment wants to know of the bins, so that they are gone through once.
struct Comparison {
    Totals totals;
    Scores scores;          // scores()
    PValues p_values;       // p_values()
    BinTerms<double> sums;  // Of no use when totals are not comparable.
};

// `totals` are those of the counts.
//
// Threads: any.
Comparison compare(const BinCounts& counts, const Totals& totals);

}  // namespace boxkited
