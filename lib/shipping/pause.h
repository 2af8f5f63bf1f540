#pragma once

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <random>

namespace boxkited {

// How long to wait after each failure in a row: at first about a second, twice as long each time,
// five minutes at most. Half of it is left to chance, so that many daemons whose store was away do
// not come back at the same moment.
//
// Threads: one at a time.
class Pause {
public:
    using Duration = std::chrono::milliseconds;
    static constexpr Duration kFirst{1000};
    static constexpr Duration kLongest{300'000};

    explicit Pause(std::uint64_t seed) : chance_(seed) {}

    Duration next() {
        const auto most = whole_;
        whole_ = std::min(whole_ * 2, kLongest);
        return Duration(std::uniform_int_distribution(most.count() / 2, most.count())(chance_));
    }
    void reset() { whole_ = kFirst; }

private:
    Duration whole_ = kFirst;
    std::mt19937_64 chance_;
};

}  // namespace boxkited
