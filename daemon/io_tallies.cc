#include "daemon/io_tallies.h"

#include <prometheus/metric_family.h>

#include <algorithm>
#include <limits>

#include "daemon/metric_family.h"

namespace boxkited {

namespace {

using prometheus::ClientMetric;
using prometheus::MetricFamily;
using prometheus::MetricType;

// Only one thread adds.
void add(std::atomic<std::uint64_t>& counter, std::uint64_t amount) {
    counter.store(counter.load(std::memory_order_relaxed) + amount, std::memory_order_relaxed);
}

}  // namespace

IoTallies::IoTallies(unsigned threads, const std::vector<std::string>& routes)
    : routes_(routes), tallies_(threads) {
    routes_.push_back("none");
    for (Tally& tally : tallies_) tally.durations = std::make_unique<Durations[]>(routes_.size());
}

void IoTallies::received(unsigned thread, std::size_t bytes) {
    add(tallies_[thread].received_bytes, bytes);
}

void IoTallies::answered(unsigned thread, int route, std::chrono::nanoseconds duration) {
    const std::size_t place = route < 0 ? routes_.size() - 1 : static_cast<std::size_t>(route);
    Durations& durations = tallies_[thread].durations[place];
    const double seconds = std::chrono::duration<double>(duration).count();
    std::size_t bucket = 0;
    while (bucket < kDurationBounds.size() && seconds > kDurationBounds[bucket]) ++bucket;
    add(durations.counts[bucket], 1);
    add(durations.nanoseconds, static_cast<std::uint64_t>(duration.count()));
}

std::vector<MetricFamily> IoTallies::collect() const {
    std::uint64_t received = 0;
    for (const Tally& tally : tallies_) received += tally.received_bytes;
    return {single_metric("boxkited_received_bytes_total", "Bytes received on all listeners.",
                          MetricType::Counter, static_cast<double>(received)),
            durations()};
}

MetricFamily IoTallies::durations() const {
    MetricFamily family = make_family(
        "boxkited_request_duration_seconds",
        "Time from the last byte of a request to its answer, by route.", MetricType::Histogram);
    for (std::size_t route = 0; route < routes_.size(); ++route) {
        ClientMetric& metric = family.metric.emplace_back();
        metric.label.push_back({"route", routes_[route]});
        auto& histogram = metric.histogram;
        for (std::size_t bucket = 0; bucket <= kDurationBounds.size(); ++bucket) {
            for (const Tally& tally : tallies_)
                histogram.sample_count += tally.durations[route].counts[bucket];
            const double bound = bucket < kDurationBounds.size()
                                     ? kDurationBounds[bucket]
                                     : std::numeric_limits<double>::infinity();
            histogram.bucket.push_back({histogram.sample_count, bound});
        }
        for (const Tally& tally : tallies_)
            histogram.sample_sum += static_cast<double>(tally.durations[route].nanoseconds) / 1e9;
    }
    return family;
}

}  // namespace boxkited
