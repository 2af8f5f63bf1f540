#include <cmath>
#include <optional>

#include "base/number_text.h"
#include "monitor/shard.h"

namespace boxkited {

namespace {

bool holds_number(const Value& value) {
    return value.kind == Value::Kind::kNumber || value.kind == Value::Kind::kBoolean;
}

// Nothing for a missing value, for NaN, and for a text that reads as no number.
std::optional<double> number_in(const Value& value) {
    if (value.kind != Value::Kind::kText) return std::nullopt;
    const auto number = parse_python_float(value.text);
    return number && std::isnan(*number) ? std::nullopt : number;
}

}  // namespace

Observation::Observation(Shard& shard, NewBins& new_bins, const MonitorLimits& limits)
    : shard_(shard), new_bins_(new_bins), limits_(limits), lock_(shard.mutex) {
    drop();
}

void Observation::drop() { shard_.staged.clear(); }

std::size_t Observation::feature_count() const { return shard_.layout->feature_count(); }

const FeatureNames& Observation::feature_names() const { return shard_.layout->feature_names(); }

// This and the next run for every value of every event: they are made part of their callers.
//
// `number` is not NaN.
[[gnu::always_inline]] inline void Observation::stage_number(std::uint32_t variable,
                                                             const Layout::Variable& place,
                                                             const BucketBounds& bounds,
                                                             double number) {
    const auto bucket = static_cast<std::uint32_t>(bounds.bucket_of(number));
    if (bucket == 0 || bucket == bounds.values().size()) stage_range(variable, bounds, number);
    if (std::isfinite(number))
        shard_.staged.numbers.push_back({place.first_slot + bucket, variable, number});
    else
        stage_bin(variable, bucket);
}

[[gnu::always_inline]] inline void Observation::stage_value(std::uint32_t variable,
                                                            const Value& value) {
    const Layout::Variable& place = shard_.layout->variables()[variable];
    const auto* const bounds = std::get_if<BucketBounds>(&place.index);
    if (bounds != nullptr && holds_number(value))
        stage_number(variable, place, *bounds, value.number);
    else if (value.kind == Value::Kind::kNested)
        count(NotCounted::kNested);
    else if (bounds == nullptr)
        stage_category(variable, std::get<CategoryBins>(place.index), value);
    else
        stage_text(variable, place, *bounds, value);
}

void Observation::stage(const PredictionEvent& event) {
    const Layout& layout = *shard_.layout;
    bool mismatch = false;
    for (std::size_t i = 0; i < event.features.size(); ++i) {
        const auto& [name, value] = event.features[i];
        const auto variable =
            event.features_are_named ? layout.feature_named(name) : layout.feature_at(i);
        if (variable) {
            stage_value(*variable, value);
        } else {
            mismatch |= event.features_are_named;
        }
    }
    if (!event.features_json.empty()) {
        const std::size_t expected =
            event.features_are_named ? layout.named_feature_count() : layout.feature_count();
        mismatch |= event.feature_count < expected;
        mismatch |= !event.features_are_named && event.feature_count > expected;
        if (mismatch && expected > 0) count(NotCounted::kMismatch);
    }
    if (event.output && layout.inference()) stage_value(*layout.inference(), *event.output);
}

// Where a number is expected.
void Observation::stage_text(std::uint32_t variable, const Layout::Variable& place,
                             const BucketBounds& bounds, const Value& value) {
    if (const auto number = number_in(value)) {
        stage_number(variable, place, bounds, *number);
    } else {
        stage_bin(variable, static_cast<std::uint32_t>(bounds.values().size()));
        stage_unusual(variable, Unusual::kMissing);
    }
}

// Of a number in the first or the last bucket.
void Observation::stage_range(std::uint32_t variable, const BucketBounds& bounds, double number) {
    if (number > bounds.values().back())
        stage_unusual(variable, Unusual::kAbove);
    else if (number < bounds.values().front())
        stage_unusual(variable, Unusual::kBelow);
}

void Observation::stage_unusual(std::uint32_t variable, Unusual what) {
    shard_.staged.slots.push_back(shard_.layout->variables()[variable].slot_of(what));
}

void Observation::stage_category(std::uint32_t variable, const CategoryBins& bins,
                                 const Value& value) {
    const bool is_number = holds_number(value);
    const std::string_view text = value.kind == Value::Kind::kMissing ? kMissingBin : value.text;
    if (text == kMissingBin) stage_unusual(variable, Unusual::kMissing);
    if (const auto bin = is_number ? bins.find(value.number) : bins.find(text)) {
        stage_bin(variable, *bin);
    } else if (is_number) {
        stage_new_bin(variable, python_float(value.number));
    } else if (text.size() > limits_.bin_name_bytes) {
        count(NotCounted::kLongText);
        stage_new_bin(variable, std::string(kOtherBin));
    } else if (std::string name = bins.name_of(text); const auto same = bins.find(name)) {
        stage_bin(variable, *same);
    } else {
        stage_new_bin(variable, std::move(name));
    }
}

void Observation::stage_bin(std::uint32_t variable, std::uint32_t bin) {
    shard_.staged.slots.push_back(shard_.layout->variables()[variable].first_slot + bin);
}

void Observation::stage_new_bin(std::uint32_t variable, std::string name) {
    auto& known = shard_.known_new_bins[variable];
    if (const auto at = known.find(name); at != known.end()) {
        shard_.staged.slots.push_back(at->second);
    } else {
        // Made only when the request is admitted: what is refused leaves no bin behind.
        shard_.staged.names.emplace_back(variable, std::move(name));
    }
}

void Observation::count(NotCounted reason) {
    ++shard_.staged.not_counted[static_cast<std::size_t>(reason)];
}

void Observation::commit() {
    Shard::Staged& staged = shard_.staged;
    for (const Shard::Staged::Number& number : staged.numbers) {
        ++shard_.counts[number.slot];
        add_term(shard_.sums[number.variable], number.term);
    }
    for (const std::uint32_t slot : staged.slots) ++shard_.counts[slot];
    for (const auto& [variable, name] : staged.names) count_new_bin(variable, name);
    for (std::size_t i = 0; i < staged.not_counted.size(); ++i)
        shard_.not_counted[i] += staged.not_counted[i];
    staged.clear();
}

void Observation::count_new_bin(std::uint32_t variable, const std::string& name) {
    const auto [slot, is_other] = new_bins_.find_or_make(variable, name, limits_);
    // A name beyond the limits is not remembered: memory stays bounded.
    if (!is_other) shard_.known_new_bins[variable].emplace(name, slot);
    if (is_other && name != kOtherBin)
        ++shard_.not_counted[static_cast<std::size_t>(NotCounted::kNewBins)];
    if (slot >= shard_.counts.size()) shard_.counts.resize(slot + 1);
    ++shard_.counts[slot];
}

}  // namespace boxkited
