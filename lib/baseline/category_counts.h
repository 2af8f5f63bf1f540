#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

#include "baseline/baseline.h"
#include "histogram/category_bins.h"

namespace boxkited {

// Counts texts by name on the way to a discrete baseline.
//
// Threads: one at a time.
class CategoryCounts {
public:
    // A NUL in a name is counted as `\u0000`, and the text `nan` as missing, as live values are.
    void add(std::string_view name);
    void add_missing() { ++missing_; }
    void add_other() { ++other_; }

    // The `most` most frequent names, of equally frequent ones those that sort first; sorted as
    // text. Then `__other__` with all that have no bin of their own and `nan` with the missing
    // ones, where there are any.
    CategoryBaseline baseline(std::size_t most) const;

private:
    TextMap<std::uint64_t> counts_;
    std::uint64_t missing_ = 0;
    std::uint64_t other_ = 0;
};

}  // namespace boxkited
