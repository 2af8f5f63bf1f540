#include "monitor/slot_map.h"

#include <algorithm>
#include <map>
#include <utility>

namespace boxkited {

namespace {

using BinSlots = std::map<std::pair<std::uint32_t, std::string_view>, std::uint32_t>;

BinSlots slots_by_name(const Layout& layout, const std::vector<NewBin>& bins) {
    BinSlots slots;
    for (const NewBin& bin : bins) slots[{bin.variable, bin.name}] = bin.slot;
    for (std::uint32_t i = 0; i < layout.variables().size(); ++i) {
        const auto* const names = std::get_if<CategoryBins>(&layout.variables()[i].index);
        const auto other = names != nullptr ? names->find(kOtherBin) : std::nullopt;
        if (other) slots[{i, kOtherBin}] = layout.variables()[i].first_slot + *other;
    }
    return slots;
}

}  // namespace

std::span<const NewBin> new_bins_of(const std::vector<NewBin>& bins, std::size_t variable) {
    struct ByVariable {
        bool operator()(const NewBin& bin, std::size_t at) const { return bin.variable < at; }
        bool operator()(std::size_t at, const NewBin& bin) const { return at < bin.variable; }
    };
    const auto [first, last] = std::equal_range(bins.begin(), bins.end(), variable, ByVariable{});
    return {bins.data() + (first - bins.begin()), static_cast<std::size_t>(last - first)};
}

std::vector<std::optional<std::uint32_t>> variable_map(const Layout& from, const Layout& to) {
    std::map<std::string_view, std::uint32_t> by_metric;
    const auto& to_variables = to.baseline().variables;
    for (std::uint32_t i = 0; i < to_variables.size(); ++i)
        by_metric.emplace(to_variables[i].metric_name, i);

    std::vector<std::optional<std::uint32_t>> places;
    for (const BaselineVariable& variable : from.baseline().variables) {
        const auto at = by_metric.find(variable.metric_name);
        const bool is_same = at != by_metric.end() && to_variables[at->second] == variable;
        places.push_back(is_same ? std::optional(at->second) : std::nullopt);
    }
    return places;
}

SlotMap::SlotMap(const Layout& from, const std::vector<NewBin>& from_bins, const Layout& to,
                 const std::vector<NewBin>& to_bins)
    : to_(from.slots() + from_bins.size()), slots_(to.slots() + to_bins.size()) {
    const auto places = variable_map(from, to);
    for (std::size_t i = 0; i < places.size(); ++i) {
        if (!places[i]) continue;
        const Layout::Variable& old_place = from.variables()[i];
        const Layout::Variable& new_place = to.variables()[*places[i]];
        for (std::uint32_t slot = 0; slot < old_place.slots + kUnusualSlots; ++slot)
            to_[old_place.first_slot + slot] = new_place.first_slot + slot;
    }
    const BinSlots slots = slots_by_name(to, to_bins);
    for (const NewBin& bin : from_bins) {
        if (!places[bin.variable]) continue;
        auto at = slots.find({*places[bin.variable], bin.name});
        if (at == slots.end()) at = slots.find({*places[bin.variable], kOtherBin});
        if (at != slots.end()) to_[bin.slot] = at->second;
    }
}

std::vector<std::uint64_t> SlotMap::applied_to(const std::vector<std::uint64_t>& counts) const {
    std::vector<std::uint64_t> mapped(slots_);
    for (std::size_t i = 0; i < std::min(counts.size(), to_.size()); ++i)
        if (to_[i]) mapped[*to_[i]] += counts[i];
    return mapped;
}

}  // namespace boxkited
