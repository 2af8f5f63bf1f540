#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "baseline/baseline.h"
#include "baseline/seeded_random.h"

namespace boxkited {

// The numbers of one column on the way to its baseline, in the order of the rows.
//
// Threads: one at a time.
class NumberColumn {
public:
    void reserve(std::size_t rows) { values_.reserve(rows); }
    void add(double value);  // NaN is missing.

    // Boxkite's test, of at most 1,000 of the values, missing ones apart: fewer than three
    // different ones, or fewer than one in twenty. `random` draws them where there are more.
    bool looks_discrete(SeededRandom random) const;
    bool has_finite() const;

    // One bin for each different number, infinities included, in ascending order; then `nan` with
    // the missing ones, if any.
    CategoryBaseline discrete() &&;

    // Bounds of numpy_bounds(). Missing values and both infinities count above all bounds, and not
    // in the sum. Requires has_finite().
    NumericBaseline continuous(std::size_t max_bins) &&;

private:
    std::vector<double> values_;  // Not NaN.
    std::uint64_t missing_ = 0;
};

}  // namespace boxkited
