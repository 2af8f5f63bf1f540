#include "histogram/bucket_bounds.h"

#include <algorithm>
#include <cassert>
#include <cmath>

namespace boxkited {

BucketBounds::BucketBounds(std::vector<double> bounds) : bounds_(std::move(bounds)) {
    assert(!bounds_.empty());
    const std::size_t last = bounds_.size() - 1;
    const std::size_t clamped_ends = last >= 3 ? 1 : 0;
    const double first = bounds_[clamped_ends];
    const auto intervals = static_cast<double>(last - 2 * clamped_ends);
    const double scale = intervals / (bounds_[last - clamped_ends] - first);
    if (!std::isfinite(scale)) return;  // One bound alone, or a span beyond double.
    first_even_ = clamped_ends;
    origin_ = first;
    buckets_per_unit_ = scale;
    intervals_ = intervals;
}

std::size_t BucketBounds::search(double value) const {
    const auto at = std::lower_bound(bounds_.begin(), bounds_.end(), value);
    return static_cast<std::size_t>(at - bounds_.begin());
}

}  // namespace boxkited
