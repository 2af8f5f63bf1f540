#include "histogram/bucket_bounds.h"

#include <algorithm>
#include <cassert>
#include <cmath>

namespace boxkited {

BucketBounds::BucketBounds(std::vector<double> bounds) : bounds_(std::move(bounds)) {
    assert(!bounds_.empty());
    first_ = bounds_.front();
    const auto intervals = static_cast<double>(bounds_.size() - 1);
    const double scale = intervals / (bounds_.back() - first_);
    // One bound alone, or a span beyond double: no guess.
    buckets_per_unit_ = std::isfinite(scale) ? scale : 0;
    last_guess_ = intervals;
}

std::size_t BucketBounds::search(double value) const {
    const auto at = std::lower_bound(bounds_.begin(), bounds_.end(), value);
    return static_cast<std::size_t>(at - bounds_.begin());
}

}  // namespace boxkited
