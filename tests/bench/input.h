#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "baseline/baseline.h"
#include "event/identity.h"
#include "monitor/layout.h"

// What the benchmarks work on: the same in each run.
namespace boxkited::bench {

inline const Identity kIdentity{"endpoint", "logger", "replica", "server-1"};

// Predictions as a small tabular model's server sends them: an array of decimals, an output, and a
// request that is JSON within JSON.
std::vector<std::string> make_events(std::size_t features, std::size_t count);

// `features` continuous variables of 32 evenly spaced bounds, as numpy makes them, and the output.
std::shared_ptr<const Baseline> make_baseline(std::size_t features);

// Every second variable is discrete, of 32 categories, and no output: what drift compares.
std::shared_ptr<const Layout> make_mixed_layout(std::size_t variables);

// `values` of each variable, of which one bucket or bin has half as many again as the others.
std::vector<std::uint64_t> make_drifted_counts(const Layout& layout, std::uint64_t values);

}  // namespace boxkited::bench
