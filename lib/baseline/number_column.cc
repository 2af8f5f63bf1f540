#include "baseline/number_column.h"

#include <algorithm>
#include <cassert>
#include <cmath>
#include <limits>
#include <string>

#include "base/number_text.h"
#include "baseline/numpy_bins.h"
#include "baseline/pairwise_sum.h"
#include "histogram/category_bins.h"

namespace boxkited {

namespace {

constexpr std::size_t kTestSize = 1000;

// `count` of the values, each as likely as any other (Knuth's algorithm S).
std::vector<double> drawn(const std::vector<double>& values, std::size_t count,
                          SeededRandom random) {
    std::vector<double> sample;
    sample.reserve(count);
    for (std::size_t i = 0; sample.size() < count; ++i)
        if (random.below(values.size() - i) < count - sample.size()) sample.push_back(values[i]);
    return sample;
}

// Which of two equal zeros sorts first is left to chance: where there are both, all get no sign.
void unify_zeros(std::vector<double>& values) {
    const auto is_positive_zero = [](double value) { return value == 0 && !std::signbit(value); };
    if (std::none_of(values.begin(), values.end(), is_positive_zero)) return;
    std::replace(values.begin(), values.end(), 0.0, 0.0);
}

std::vector<NumericBaseline::Bucket> counted(const std::vector<double>& sorted,
                                             const std::vector<double>& bounds) {
    std::vector<NumericBaseline::Bucket> buckets;
    buckets.reserve(bounds.size() + 1);
    auto at = sorted.begin();
    for (const double bound : bounds) {
        at = std::upper_bound(at, sorted.end(), bound);
        buckets.push_back({python_float(bound), bound, static_cast<double>(at - sorted.begin())});
    }
    return buckets;
}

}  // namespace

void NumberColumn::add(double value) {
    if (std::isnan(value)) {
        ++missing_;
    } else {
        values_.push_back(value);
    }
}

bool NumberColumn::looks_discrete(SeededRandom random) const {
    std::vector<double> sample =
        values_.size() > kTestSize ? drawn(values_, kTestSize, random) : values_;
    const std::size_t size = sample.size();
    std::sort(sample.begin(), sample.end());
    sample.erase(std::unique(sample.begin(), sample.end()), sample.end());
    return sample.size() < 3 || sample.size() * 20 < size;
}

bool NumberColumn::has_finite() const {
    return std::any_of(values_.begin(), values_.end(),
                       [](double value) { return std::isfinite(value); });
}

CategoryBaseline NumberColumn::discrete() && {
    unify_zeros(values_);
    std::sort(values_.begin(), values_.end());
    CategoryBaseline baseline;
    for (auto at = values_.begin(); at != values_.end();) {
        const auto next = std::upper_bound(at, values_.end(), *at);
        baseline.bins.push_back({python_float(*at), static_cast<double>(next - at)});
        at = next;
    }
    if (missing_ != 0)
        baseline.bins.push_back({std::string(kMissingBin), static_cast<double>(missing_)});
    return baseline;
}

NumericBaseline NumberColumn::continuous(std::size_t max_bins) && {
    const auto all = static_cast<double>(values_.size() + missing_);
    std::erase_if(values_, [](double value) { return !std::isfinite(value); });
    assert(!values_.empty());
    unify_zeros(values_);
    const double sum = pairwise_sum(values_);  // Before sorting: the order decides the last bits.
    std::sort(values_.begin(), values_.end());

    NumericBaseline baseline;
    baseline.buckets = counted(values_, numpy_bounds(values_, max_bins));
    baseline.buckets.push_back({"+Inf", std::numeric_limits<double>::infinity(), all});
    if (!baseline.begins_negative()) {
        baseline.sum = sum;
        baseline.count = all;
    }
    return baseline;
}

}  // namespace boxkited
