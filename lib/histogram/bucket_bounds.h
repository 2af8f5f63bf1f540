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
        // Training cuts its data into bins of equal width, but for the first and the last: for
        // nearly every value the guess is right, and a look at both its bounds proves it.
        const double guess = (value - origin_) * buckets_per_unit_;
        if (guess > 0 && guess < intervals_) {
            // Signed on the way: processors have no other conversion.
            const auto at =
                static_cast<std::size_t>(static_cast<std::ptrdiff_t>(guess)) + first_even_;
            if (bounds_[at] < value && value <= bounds_[at + 1]) return at + 1;
        }
        return search(value);
    }

    const std::vector<double>& values() const { return bounds_; }

private:
    std::size_t search(double value) const;

    std::vector<double> bounds_;
    // The bounds that are taken for evenly spaced: from first_even_ on, intervals_ + 1 of them.
    std::size_t first_even_ = 0;
    double origin_ = 0;
    double buckets_per_unit_ = 0;
    double intervals_ = 0;  // 0: no guess, every value is searched.
};

}  // namespace boxkited
