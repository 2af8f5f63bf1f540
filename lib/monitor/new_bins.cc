#include <algorithm>

#include "monitor/shard.h"

namespace boxkited {

NewBins::Found NewBins::find_or_make(std::uint32_t variable, const std::string& name,
                                     const MonitorLimits& limits) {
    auto state = state_.lock();
    auto& slots = state->slots[variable];
    if (const auto at = slots.find(name); at != slots.end()) return {at->second, name == kOtherBin};

    const std::size_t own = slots.size() - slots.count(std::string(kOtherBin));
    if (own < limits.bins_per_feature && state->total < limits.new_bins_total &&
        name != kOtherBin) {
        ++state->total;
        return {make(*state, variable, name), false};
    }
    const std::string other(kOtherBin);
    const auto at = slots.find(other);
    return {at != slots.end() ? at->second : make(*state, variable, other), true};
}

std::uint32_t NewBins::make(State& state, std::uint32_t variable, const std::string& name) {
    const std::uint32_t slot = state.next_slot++;
    state.slots[variable].emplace(name, slot);
    state.made.push_back({variable, slot, name});
    return slot;
}

std::vector<NewBin> NewBins::list() const {
    std::vector<NewBin> bins = state_.lock()->made;
    std::stable_sort(bins.begin(), bins.end(),
                     [](const NewBin& a, const NewBin& b) { return a.variable < b.variable; });
    return bins;
}

void NewBins::begin_anew(const Layout& layout) {
    auto state = state_.lock();
    *state = {};
    state->next_slot = layout.slots();
    state->slots.resize(layout.variables().size());
    // A baseline may have the bin of the rest itself.
    for (std::size_t i = 0; i < layout.variables().size(); ++i) {
        const auto* const bins = std::get_if<CategoryBins>(&layout.variables()[i].index);
        const auto other = bins != nullptr ? bins->find(kOtherBin) : std::nullopt;
        if (other) state->slots[i].emplace(kOtherBin, layout.variables()[i].first_slot + *other);
    }
}

}  // namespace boxkited
