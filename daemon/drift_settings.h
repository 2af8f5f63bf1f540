#pragma once

#include <chrono>
#include <filesystem>
#include <vector>

#include "drift/drift_options.h"
#include "monitor/windows.h"

namespace boxkited {

// What of drift can be chosen about the daemon.
struct DriftSettings {
    DriftOptions rules;

    // Each holds the counts of its slots about 60 times, packed in a byte or two.
    std::vector<WindowOptions> windows{{"10m", std::chrono::minutes(10)},
                                       {"1h", std::chrono::hours(1)},
                                       {"24h", std::chrono::hours(24)}};
    std::chrono::milliseconds evaluation_interval{10'000};

    // Where windows outlive the process; empty: they do not.
    std::filesystem::path state_directory;
};

}  // namespace boxkited
