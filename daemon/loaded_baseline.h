#pragma once

#include <memory>
#include <optional>
#include <string>

#include "base/clock.h"
#include "base/result.h"
#include "baseline/baseline.h"
#include "daemon/options.h"

namespace boxkited {

// The baseline in force, and where it came from.
struct LoadedBaseline {
    std::shared_ptr<const Baseline> baseline;  // Without variables when there is none.
    std::string path;                          // Empty when there is none.
    WallTime loaded_at;
    std::optional<WallTime> modified_at = std::nullopt;  // When its file was written.
};

// Reads the baseline that the options name, and holds their rules of drift against it. The error is
// one line that names file and line.
Result<LoadedBaseline, std::string> load_baseline(const DaemonOptions& options, const Clock& clock);

}  // namespace boxkited
