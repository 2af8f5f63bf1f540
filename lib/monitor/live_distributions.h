#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <vector>

#include "event/prediction_event.h"
#include "monitor/layout.h"
#include "monitor/slot_map.h"

namespace boxkited {

// Why a value is not counted where one would expect it; the labels of
// boxkited_values_not_counted_total.
enum class NotCounted {
    kMismatch,  // Too few or too many features, or an unknown name: once for each such event.
    kNested,    // An object or an array.
    kNewBins,   // A category beyond the bounds on new bins: counted in `__other__`.
    kLongText,  // A category whose text is too long: counted in `__other__`.
};
inline constexpr std::array kNotCountedReasons{NotCounted::kMismatch, NotCounted::kNested,
                                               NotCounted::kNewBins, NotCounted::kLongText};
std::string_view label(NotCounted reason) noexcept;
using NotCountedTally = std::array<std::uint64_t, kNotCountedReasons.size()>;

// How far live data may widen what is counted.
struct MonitorLimits {
    std::size_t bins_per_feature = 1000;  // Bins that the baseline never had, of one variable.
    std::size_t new_bins_total = 20'000;  // The same, of all variables.
    std::size_t bin_name_bytes = 256;     // Longer texts count in `__other__`.
};

// The sum of all shards at one moment; it never holds a part of a request.
struct LiveSnapshot {
    std::shared_ptr<const Layout> layout;
    std::vector<std::uint64_t> counts;  // By slot.
    std::vector<double> sums;           // By variable; of numeric ones.
    std::vector<NewBin> new_bins;       // By variable, then in the order in which they came.
    NotCountedTally not_counted{};
};

class NewBins;
struct Shard;

// The events of one request on their way into a shard, which stays locked for so long.
//
// Threads: the one that began it.
class Observation {
public:
    Observation(Shard& shard, NewBins& new_bins, const MonitorLimits& limits);

    // Finds the slots of the event's values; counts nothing yet.
    void stage(const PredictionEvent& event);
    // Counts all that was staged, or drops it; then more may be staged. What is never committed
    // was never there.
    void commit();
    void drop();

    // How many features an event should have, and what they are called.
    std::size_t feature_count() const;
    const FeatureNames& feature_names() const;

private:
    void stage_value(std::uint32_t variable, const Value& value);
    void stage_number(std::uint32_t variable, const Layout::Variable& place,
                      const BucketBounds& bounds, double number);
    void stage_text(std::uint32_t variable, const Layout::Variable& place,
                    const BucketBounds& bounds, const Value& value);
    void stage_range(std::uint32_t variable, const BucketBounds& bounds, double number);
    void stage_category(std::uint32_t variable, const CategoryBins& bins, const Value& value);
    void stage_unusual(std::uint32_t variable, Unusual what);
    void stage_bin(std::uint32_t variable, std::uint32_t bin);
    void stage_new_bin(std::uint32_t variable, std::string name);
    void count(NotCounted reason);
    void count_new_bin(std::uint32_t variable, const std::string& name);

    Shard& shard_;
    NewBins& new_bins_;
    const MonitorLimits& limits_;
    std::unique_lock<std::mutex> lock_;
};

// Counts live values in the buckets and bins that training chose.
//
//   auto observation = live.begin(thread);
//   observation.stage(event);
//   observation.commit();
//
// A number counts under the first bound that is not below it. Missing values, unreadable texts
// and +Infinity count under `+Inf` and leave the sum alone; -Infinity counts in the first bucket
// and leaves the sum alone. A category that the baseline never had gets a bin of its own, within
// the limits.
//
// Threads: any thread may call any member; each I/O thread has a shard of its own, so that they
// never wait for each other.
class LiveDistributions {
public:
    LiveDistributions(std::shared_ptr<const Baseline> baseline, MonitorLimits limits,
                      unsigned shards);
    ~LiveDistributions();

    // A shard has one observation at a time; another one waits.
    Observation begin(unsigned shard);

    LiveSnapshot snapshot() const;

    // Has the bins from now on, at 0, as far as the limits allow. `bins` are of the layout in
    // force; their slots do not count.
    void make_bins(const std::vector<NewBin>& bins);

    // Goes on with another baseline. Variables whose baseline is the same keep their counts, the
    // others begin anew. No request is counted half before and half after.
    void reload(std::shared_ptr<const Baseline> baseline, MonitorLimits limits);

private:
    std::vector<std::unique_lock<std::mutex>> lock_all() const;
    LiveSnapshot locked_snapshot() const;

    MonitorLimits limits_;  // Guarded by all shards' locks together.
    std::unique_ptr<NewBins> new_bins_;
    std::vector<std::unique_ptr<Shard>> shards_;
};

}  // namespace boxkited
