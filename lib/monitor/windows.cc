#include "monitor/windows.h"

#include <algorithm>
#include <utility>

namespace boxkited {

Windows::Windows(const std::vector<WindowOptions>& options, MonotonicTime now,
                 const LiveSnapshot& live)
    : since_(now), layout_(live.layout), new_bins_(live.new_bins) {
    for (const WindowOptions& each : options)
        windows_.push_back({each.name, Window(each.length, now, live.counts)});
}

void Windows::advance(MonotonicTime now, const LiveSnapshot& live) {
    if (live.layout != layout_) move(live);
    new_bins_ = live.new_bins;
    for (Named& each : windows_) each.window.advance(now, live.counts);
}

void Windows::move(const LiveSnapshot& live) {
    const SlotMap map(*layout_, new_bins_, *live.layout, live.new_bins);
    for (Named& each : windows_) each.window.move(map);
    layout_ = live.layout;
}

MonotonicTime Windows::next_step() const {
    auto next = MonotonicTime::max();
    for (const Named& each : windows_) next = std::min(next, each.window.next_step());
    return next;
}

std::vector<WindowCounts> Windows::counts(MonotonicTime now, const LiveSnapshot& live) const {
    std::vector<WindowCounts> counts;
    for (const Named& each : windows_)
        counts.push_back({each.name, each.window.covered(now), each.window.growth(live.counts)});
    counts.push_back({std::string(kAllTime), now - since_, live.counts});
    return counts;
}

WindowsState Windows::state(MonotonicTime now, const LiveSnapshot& live) const {
    WindowsState state{.bins = live.new_bins, .windows = {}};
    for (const Named& each : windows_) {
        WindowsState::Window window{each.window.length(), {}};
        for (Window::Step& step : each.window.steps(live.counts))
            window.steps.push_back({now - step.begin, std::move(step.growth)});
        state.windows.push_back(std::move(window));
    }
    return state;
}

void Windows::restore(const WindowsState& state, MonotonicTime now, std::chrono::microseconds since,
                      const LiveSnapshot& live) {
    const SlotMap map(*layout_, state.bins, *live.layout, live.new_bins);
    for (Named& each : windows_) {
        const auto saved =
            std::find_if(state.windows.begin(), state.windows.end(),
                         [&](const auto& other) { return other.length == each.window.length(); });
        if (saved == state.windows.end()) continue;
        std::vector<Window::Step> steps;
        for (const auto& step : saved->steps) {
            Counts growth;
            step.growth.add_to(growth);
            steps.push_back({now - since - step.age, CountDelta({}, map.applied_to(growth))});
        }
        each.window.restore(std::move(steps), now - since);
    }
    advance(now, live);
}

std::size_t Windows::most_bytes(std::size_t windows, std::size_t slots) {
    constexpr std::size_t kPackedBytes = 5;
    return windows * slots * (Window::kMostSteps * kPackedBytes + 2 * sizeof(std::uint64_t));
}

}  // namespace boxkited
