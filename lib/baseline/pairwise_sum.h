#pragma once

#include <span>

namespace boxkited {

// The sum that numpy 1.24's sum() gives for an array of doubles, to the last bit.
//
// Threads: any.
double pairwise_sum(std::span<const double> values);

}  // namespace boxkited
