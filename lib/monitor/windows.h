#pragma once

#include <chrono>
#include <memory>
#include <string>
#include <vector>

#include "base/clock.h"
#include "monitor/live_distributions.h"
#include "monitor/window.h"
#include "monitor/windows_state.h"

namespace boxkited {

// What the window that never slides is called.
inline constexpr std::string_view kAllTime = "all";

struct WindowOptions {
    std::string name;  // "10m"
    std::chrono::seconds length{};
};

// What was counted within one window.
struct WindowCounts {
    std::string name;
    std::chrono::duration<double> covered;  // Shorter than its length until it is full.
    Counts counts;
};

// Sliding windows of several lengths over the live distributions, and behind them the one of all
// time. After a reload variables whose baseline is the same keep what their windows hold, the
// others begin anew.
//
// Threads: one at a time.
class Windows {
public:
    Windows(const std::vector<WindowOptions>& options, MonotonicTime now, const LiveSnapshot& live);

    // At least as often as next_step() says.
    void advance(MonotonicTime now, const LiveSnapshot& live);
    MonotonicTime next_step() const;

    // As of the snapshot that advance() saw last.
    std::vector<WindowCounts> counts(MonotonicTime now, const LiveSnapshot& live) const;

    // What restore() in a later process needs.
    WindowsState state(MonotonicTime now, const LiveSnapshot& live) const;
    // Takes over what the windows held then, as far as it is not too old `now`, which is `since`
    // after it was saved. `state` is of the same baseline, and `live` has its bins.
    void restore(const WindowsState& state, MonotonicTime now, std::chrono::microseconds since,
                 const LiveSnapshot& live);

    // The most that windows of these lengths can hold, in bytes: five for a slot and step, which
    // do for 34 billion values within one step.
    static std::size_t most_bytes(std::size_t windows, std::size_t slots);

private:
    struct Named {
        std::string name;
        Window window;
    };

    void move(const LiveSnapshot& live);

    std::vector<Named> windows_;
    MonotonicTime since_;  // The begin of all time.
    std::shared_ptr<const Layout> layout_;
    std::vector<NewBin> new_bins_;
};

}  // namespace boxkited
