#pragma once

#include <chrono>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.h"
#include "base/result.h"
#include "monitor/count_delta.h"
#include "monitor/slot_map.h"

namespace boxkited {

// What windows hold, for a later process.
struct WindowsState {
    struct Step {
        MonotonicTime::duration age;  // Of its begin, when the state was saved.
        CountDelta growth;
    };
    struct Window {
        MonotonicTime::duration length;
        std::vector<Step> steps;  // The oldest first.
    };
    std::vector<NewBin> bins;
    std::vector<Window> windows;
};

// The state as bytes, with all that tells whether they may be used: a checksum, the baseline, and
// when they were saved.
//
// Threads: any.
std::string pack(const WindowsState& state, const Layout& layout, WallTime saved_at);

struct SavedWindows {
    WindowsState state;
    WallTime saved_at;
};
// The error says why the bytes cannot be used: "the checksum is wrong".
Result<SavedWindows, std::string> unpack(std::string_view bytes, const Layout& layout);

}  // namespace boxkited
