#pragma once

#include <cmath>
#include <cstdint>
#include <memory>
#include <mutex>
#include <string>
#include <utility>
#include <vector>

#include "base/guarded.h"
#include "monitor/live_distributions.h"

namespace boxkited {

// Adds to the sum of a variable. An infinite sum would stay so, and become NaN: what would overflow
// it is left out.
inline void add_term(double& sum, double term) {
    if (std::isfinite(sum + term)) sum += term;
}

// The counts of one I/O thread, and what its current request has staged.
struct Shard {
    std::mutex mutex;  // Guards all else.

    std::shared_ptr<const Layout> layout;
    std::vector<std::uint64_t> counts;  // By slot; slots of new bins are added as they are met.
    std::vector<double> sums;           // By variable.
    NotCountedTally not_counted{};
    std::vector<TextMap<std::uint32_t>> known_new_bins;  // By variable: name to slot.

    struct Staged {
        struct Number {
            std::uint32_t slot;
            std::uint32_t variable;
            double term;  // What the sum of the variable gains.
        };
        std::vector<Number> numbers;
        std::vector<std::uint32_t> slots;  // All others.
        std::vector<std::pair<std::uint32_t, std::string>> names;  // Variable, bin to be found.
        NotCountedTally not_counted{};

        // Keeps the memory for the next request, unless it is much.
        void clear() {
            constexpr std::size_t kRemembered = 1 << 17;
            if (numbers.capacity() > kRemembered || slots.capacity() > kRemembered) *this = {};
            numbers.clear();
            slots.clear();
            names.clear();
            not_counted = {};
        }
    };
    Staged staged;

    // Empty counts in a new layout.
    void begin_anew(std::shared_ptr<const Layout> new_layout) {
        layout = std::move(new_layout);
        counts.assign(layout->slots(), 0);
        sums.assign(layout->variables().size(), 0);
        known_new_bins.assign(layout->variables().size(), {});
    }
};

// The bins that the baseline never had, over all shards: who asks first gets a bin its slot.
//
// Threads: any thread may call any member.
class NewBins {
public:
    explicit NewBins(const Layout& layout) { begin_anew(layout); }

    // The slot of the bin, made when missing; `kOtherBin` instead of one beyond the limits.
    struct Found {
        std::uint32_t slot;
        bool is_other;
    };
    Found find_or_make(std::uint32_t variable, const std::string& name,
                       const MonitorLimits& limits);

    // By variable, then in the order in which they were made.
    std::vector<NewBin> list() const;

    void begin_anew(const Layout& layout);

private:
    struct State {
        std::uint32_t next_slot = 0;
        std::size_t total = 0;  // Without the `__other__` bins.
        std::vector<TextMap<std::uint32_t>> slots;
        std::vector<NewBin> made;
    };

    static std::uint32_t make(State& state, std::uint32_t variable, const std::string& name);

    Guarded<State> state_;
};

}  // namespace boxkited
