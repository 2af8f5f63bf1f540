#pragma once

#include <cstdint>
#include <string_view>
#include <vector>

#include "daemon/options.h"
#include "monitor/layout.h"

namespace boxkited {

// The most memory that the process may come to be resident with, in parts.
struct MemoryBound {
    struct Part {
        std::string_view name;
        std::uint64_t bytes;
    };
    std::vector<Part> parts;  // In the order of the table in docs/configuration.md.

    std::uint64_t total() const;
};

// Follows from the limits and from the baseline in force; a reload is reckoned to bring one that is
// no larger. What each part stands for, and why it is that large, is said at its function.
MemoryBound memory_bound(const DaemonOptions& options, const Layout& layout);

// Bins that live data can add to the layout: none where no variable has bins.
std::uint64_t most_new_bins(const MonitorLimits& limits, const Layout& layout);

}  // namespace boxkited
