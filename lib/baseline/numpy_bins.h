#pragma once

#include <cstddef>
#include <span>
#include <vector>

namespace boxkited {

// The bins that Boxkite chooses for a continuous variable, to the last bit as numpy 1.24 computes
// them.
//
// Threads: any.

// numpy.percentile(values, 100 * share) of sorted values, of which there is one at least. `share`
// is from 0 to 1.
double numpy_percentile(std::span<const double> sorted, double share);

// numpy.linspace(start, stop, count). `count` is 2 or more.
std::vector<double> numpy_linspace(double start, double stop, std::size_t count);

// Upper bounds of bins for sorted finite values, of which there is one at least: numpy's `auto`
// bins, or, when those have more than `max_bins` edges, `max_bins` bounds over the middle of the
// values, with the lowest and the highest value beside them. Where numpy's bounds coincide or fall
// in the last bits there is one for all of them, so bounds strictly increase; no value is above the
// last one. Where numpy's answer overflows, the bounds are those of the values made smaller.
// `max_bins` is 2 or more.
//
// Memory and time depend on the number of values and `max_bins`, not on how far values lie apart.
std::vector<double> numpy_bounds(std::span<const double> sorted, std::size_t max_bins);

}  // namespace boxkited
