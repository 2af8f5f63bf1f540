#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string_view>
#include <variant>
#include <vector>

#include "baseline/baseline.h"
#include "event/feature_names.h"
#include "histogram/bucket_bounds.h"
#include "histogram/category_bins.h"

namespace boxkited {

// What is counted of a value besides its bucket or bin. The two ranges are of numeric variables.
enum class Unusual : std::uint32_t {
    kMissing,  // null, NaN, and text that is no number where one is expected.
    kBelow,    // Below the first bound, -Infinity included.
    kAbove,    // Above the last finite bound, +Infinity included.
};
inline constexpr std::uint32_t kUnusualSlots = 3;

// Where each variable of a baseline has its counts in the one flat array of a shard: a slot for
// each bucket (not cumulative, the last one is `+Inf`) or for each bin of the baseline, and behind
// them one for each Unusual. Slots from `slots()` on belong to bins that the baseline never had.
//
// Threads: immutable.
class Layout {
public:
    struct Variable {
        std::uint32_t first_slot;
        std::uint32_t slots;  // Of buckets or bins.
        std::variant<BucketBounds, CategoryBins> index;

        std::uint32_t slot_of(Unusual what) const {
            return first_slot + slots + static_cast<std::uint32_t>(what);
        }
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

    const FeatureNames& feature_names() const { return feature_names_; }

    // How many features an event should have.
    std::size_t feature_count() const { return by_index_.size(); }
    std::size_t named_feature_count() const { return by_name_.size(); }

private:
    std::shared_ptr<const Baseline> baseline_;
    std::vector<Variable> variables_;
    std::uint32_t slots_ = 0;
    std::vector<std::optional<std::uint32_t>> by_index_;
    TextMap<std::uint32_t> by_name_;
    FeatureNames feature_names_;
    std::optional<std::uint32_t> inference_;
};

}  // namespace boxkited
