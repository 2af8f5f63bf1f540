#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string_view>
#include <variant>
#include <vector>

#include "baseline/baseline.h"
#include "histogram/bucket_bounds.h"
#include "histogram/category_bins.h"

namespace boxkited {

// Where each variable of a baseline has its counts in the one flat array of a shard: a slot for
// each bucket (not cumulative, the last one is `+Inf`) or for each bin of the baseline. Slots
// from `slots()` on belong to bins that the baseline never had.
//
// Threads: immutable.
class Layout {
public:
    struct Variable {
        std::uint32_t first_slot;
        std::uint32_t slots;
        std::variant<BucketBounds, CategoryBins> index;
    };

    explicit Layout(std::shared_ptr<const Baseline> baseline);

    const Baseline& baseline() const { return *baseline_; }
    // In the order of Baseline::variables.
    const std::vector<Variable>& variables() const { return variables_; }
    std::uint32_t slots() const { return slots_; }

    // Positions in variables(); nothing when the baseline has no such one. When it names two
    // features alike, the first.
    std::optional<std::uint32_t> feature_at(std::size_t index) const {
        return index < by_index_.size() ? by_index_[index] : std::nullopt;
    }
    std::optional<std::uint32_t> feature_named(std::string_view name) const;
    std::optional<std::uint32_t> inference() const { return inference_; }

    // How many features an event should have.
    std::size_t feature_count() const { return by_index_.size(); }
    std::size_t named_feature_count() const { return by_name_.size(); }

private:
    std::shared_ptr<const Baseline> baseline_;
    std::vector<Variable> variables_;
    std::uint32_t slots_ = 0;
    std::vector<std::optional<std::uint32_t>> by_index_;
    TextMap<std::uint32_t> by_name_;
    std::optional<std::uint32_t> inference_;
};

}  // namespace boxkited
