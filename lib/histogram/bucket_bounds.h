#pragma once

#include <cstddef>
#include <vector>

namespace boxkited {

// The finite upper bounds of a histogram, and which bucket a number falls into.
//
//   BucketBounds age({0.0, 0.5, 1.0});
//   age.bucket_of(0.5);  // 1: a bound belongs to its own bucket.
//   age.bucket_of(7.0);  // 3: the bucket behind the last bound, `le="+Inf"`.
//
// Threads: immutable.
class BucketBounds {
public:
    // `bounds` are finite and strictly increasing, at least one.
    explicit BucketBounds(std::vector<double> bounds);

    // `value` is not NaN.
    std::size_t bucket_of(double value) const {
        // Training data is cut into bins of equal width, so the guess is nearly always right and
        // its two neighbours are what is left; a search serves all other bounds.
        const double guess = (value - first_) * buckets_per_unit_;
        if (!(guess > 0)) return value <= first_ ? 0 : search(value);
        if (guess >= last_guess_) return value > bounds_.back() ? bounds_.size() : search(value);
        const auto at = static_cast<std::size_t>(guess);
        if (value <= bounds_[at]) return value > bounds_[at - (at > 0)] || at == 0 ? at : search(value);
        return value <= bounds_[at + 1] ? at + 1 : search(value);
    }

    const std::vector<double>& values() const { return bounds_; }

private:
    std::size_t search(double value) const;

    std::vector<double> bounds_;
    double first_;
    double buckets_per_unit_;  // 0 when the guess is of no use; then every value is searched.
    double last_guess_;        // The largest guess that has a bound behind it.
};

}  // namespace boxkited
