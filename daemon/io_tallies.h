#pragma once

#include <array>
#include <atomic>
#include <chrono>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

namespace prometheus {
struct MetricFamily;
}

namespace boxkited {

// What I/O threads count for each request. Each has counters of its own, which it alone writes, so
// that counting takes no locked instruction; a scrape sums them.
//
// Threads: received() and answered() on the I/O thread that they name; collect() on any.
class IoTallies {
public:
    IoTallies(unsigned threads, const std::vector<std::string>& routes);

    void received(unsigned thread, std::size_t bytes);
    // `route` as http::Router::handle() gives it, below 0 when none answered.
    void answered(unsigned thread, int route, std::chrono::nanoseconds duration);

    // boxkited_received_bytes_total and boxkited_request_duration_seconds.
    std::vector<prometheus::MetricFamily> collect() const;

private:
    // Seconds. A single event takes tens of microseconds, a large batch tens of milliseconds; an
    // answer that waits for the disk, what the disk takes.
    static constexpr std::array kDurationBounds{0.00005, 0.0001, 0.00025, 0.0005, 0.001, 0.005,
                                                0.025,   0.1,    0.5,     2.5,    10.0};
    using Counter = std::atomic<std::uint64_t>;
    struct Durations {
        std::array<Counter, kDurationBounds.size() + 1> counts{};  // The last one beyond all.
        Counter nanoseconds{0};
    };
    struct alignas(64) Tally {
        Counter received_bytes{0};
        std::unique_ptr<Durations[]> durations;  // By route; the last one for no route.
    };

    prometheus::MetricFamily durations() const;

    std::vector<std::string> routes_;
    std::vector<Tally> tallies_;  // By thread.
};

}  // namespace boxkited
