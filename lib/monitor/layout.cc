#include "monitor/layout.h"

#include <utility>

namespace boxkited {

namespace {

BucketBounds finite_bounds(const NumericBaseline& numeric) {
    std::vector<double> bounds;
    for (std::size_t i = 0; i + 1 < numeric.buckets.size(); ++i)
        bounds.push_back(numeric.buckets[i].bound);
    return BucketBounds(std::move(bounds));
}

CategoryBins names(const CategoryBaseline& category) {
    std::vector<std::string> names;
    for (const auto& bin : category.bins) names.push_back(bin.name);
    return CategoryBins(std::move(names));
}

FeatureNames feature_names(const Baseline& baseline) {
    std::vector<std::string> names(baseline.feature_count());
    for (const BaselineVariable& variable : baseline.variables)
        if (variable.index) names[*variable.index] = variable.feature_name;
    return FeatureNames(std::move(names));
}

}  // namespace

Layout::Layout(std::shared_ptr<const Baseline> baseline)
    : baseline_(std::move(baseline)),
      by_index_(baseline_->feature_count()),
      feature_names_(boxkited::feature_names(*baseline_)) {
    for (const BaselineVariable& variable : baseline_->variables) {
        const auto position = static_cast<std::uint32_t>(variables_.size());
        const std::size_t slots = variable.is_numeric() ? variable.numeric().buckets.size()
                                                        : variable.category().bins.size();
        variables_.push_back({.first_slot = slots_,
                              .slots = static_cast<std::uint32_t>(slots),
                              .index = variable.is_numeric()
                                           ? std::variant<BucketBounds, CategoryBins>(
                                                 finite_bounds(variable.numeric()))
                                           : names(variable.category())});
        slots_ += variables_.back().slots + kUnusualSlots;
        if (variable.index) {
            by_index_[*variable.index] = position;
            by_name_.emplace(variable.feature_name, position);
        } else {
            inference_ = position;
        }
    }
}

std::optional<std::uint32_t> Layout::feature_named(std::string_view name) const {
    const auto at = by_name_.find(name);
    if (at == by_name_.end()) return std::nullopt;
    return at->second;
}

}  // namespace boxkited
