#include "monitor/live_distributions.h"

#include <algorithm>
#include <utility>

#include "monitor/shard.h"

namespace boxkited {

namespace {

// Counts of bins that the baseline never had follow their variable to its new position.
void carry_new_bins(const LiveSnapshot& before, std::uint32_t from, std::uint32_t to,
                    NewBins& new_bins, const MonitorLimits& limits, Shard& shard) {
    for (const NewBin& bin : before.new_bins) {
        if (bin.variable != from) continue;
        const std::uint32_t slot = new_bins.find_or_make(to, bin.name, limits).slot;
        if (slot >= shard.counts.size()) shard.counts.resize(slot + 1);
        shard.counts[slot] += before.counts[bin.slot];
    }
}

void carry_counts(const LiveSnapshot& before, std::uint32_t from, std::uint32_t to, Shard& shard) {
    const Layout::Variable& old_place = before.layout->variables()[from];
    const Layout::Variable& new_place = shard.layout->variables()[to];
    std::copy_n(before.counts.begin() + old_place.first_slot, old_place.slots,
                shard.counts.begin() + new_place.first_slot);
    shard.sums[to] = before.sums[from];
}

}  // namespace

std::string_view label(NotCounted reason) noexcept {
    switch (reason) {
        case NotCounted::kMismatch:
            return "mismatch";
        case NotCounted::kNested:
            return "nested";
        case NotCounted::kNewBins:
            return "new_bins";
        case NotCounted::kLongText:
            break;
    }
    return "long_text";
}

LiveDistributions::LiveDistributions(std::shared_ptr<const Baseline> baseline, MonitorLimits limits,
                                     unsigned shards)
    : limits_(limits) {
    const auto layout = std::make_shared<const Layout>(std::move(baseline));
    new_bins_ = std::make_unique<NewBins>(*layout);
    for (unsigned i = 0; i < shards; ++i) {
        shards_.push_back(std::make_unique<Shard>());
        shards_.back()->begin_anew(layout);
    }
}

LiveDistributions::~LiveDistributions() = default;

Observation LiveDistributions::begin(unsigned shard) {
    return Observation(*shards_[shard], *new_bins_, limits_);
}

std::vector<std::unique_lock<std::mutex>> LiveDistributions::lock_all() const {
    std::vector<std::unique_lock<std::mutex>> locks;
    for (const auto& shard : shards_) locks.emplace_back(shard->mutex);
    return locks;
}

LiveSnapshot LiveDistributions::snapshot() const {
    const auto locks = lock_all();
    return locked_snapshot();
}

LiveSnapshot LiveDistributions::locked_snapshot() const {
    LiveSnapshot sum;
    sum.layout = shards_.front()->layout;
    sum.new_bins = new_bins_->list();
    sum.counts.resize(sum.layout->slots() + sum.new_bins.size());
    sum.sums.resize(sum.layout->variables().size());
    for (const auto& shard : shards_) {
        for (std::size_t i = 0; i < shard->counts.size(); ++i) sum.counts[i] += shard->counts[i];
        for (std::size_t i = 0; i < shard->sums.size(); ++i) add_term(sum.sums[i], shard->sums[i]);
        for (std::size_t i = 0; i < sum.not_counted.size(); ++i)
            sum.not_counted[i] += shard->not_counted[i];
    }
    return sum;
}

void LiveDistributions::reload(std::shared_ptr<const Baseline> baseline, MonitorLimits limits) {
    const auto layout = std::make_shared<const Layout>(std::move(baseline));
    const auto locks = lock_all();
    const LiveSnapshot before = locked_snapshot();

    limits_ = limits;
    new_bins_->begin_anew(*layout);
    for (const auto& shard : shards_) shard->begin_anew(layout);

    Shard& heir = *shards_.front();
    const auto& old_variables = before.layout->baseline().variables;
    const auto& new_variables = layout->baseline().variables;
    for (std::uint32_t to = 0; to < new_variables.size(); ++to) {
        const auto same = std::find(old_variables.begin(), old_variables.end(), new_variables[to]);
        if (same == old_variables.end()) continue;
        const auto from = static_cast<std::uint32_t>(same - old_variables.begin());
        carry_counts(before, from, to, heir);
        carry_new_bins(before, from, to, *new_bins_, limits_, heir);
    }
}

}  // namespace boxkited
