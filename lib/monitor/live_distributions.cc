#include "monitor/live_distributions.h"

#include <utility>

#include "monitor/shard.h"

namespace boxkited {

namespace {

// Makes the bins of variables that both layouts have.
void carry_new_bins(const LiveSnapshot& before, const Layout& layout, NewBins& new_bins,
                    const MonitorLimits& limits) {
    const auto places = variable_map(*before.layout, layout);
    for (const NewBin& bin : before.new_bins)
        if (const auto to = places[bin.variable]) new_bins.find_or_make(*to, bin.name, limits);
}

// Counts of variables that both layouts have.
void carry_counts(const LiveSnapshot& before, const std::vector<NewBin>& new_bins, Shard& shard) {
    shard.counts =
        SlotMap(*before.layout, before.new_bins, *shard.layout, new_bins).applied_to(before.counts);
    const auto places = variable_map(*before.layout, *shard.layout);
    for (std::size_t from = 0; from < places.size(); ++from)
        if (places[from]) shard.sums[*places[from]] = before.sums[from];
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

    carry_new_bins(before, *layout, *new_bins_, limits_);
    carry_counts(before, new_bins_->list(), *shards_.front());
}

void LiveDistributions::make_bins(const std::vector<NewBin>& bins) {
    const auto locks = lock_all();
    for (const NewBin& bin : bins) new_bins_->find_or_make(bin.variable, bin.name, limits_);
}

}  // namespace boxkited
