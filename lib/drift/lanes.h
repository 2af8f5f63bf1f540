#pragma once

#include <cstddef>
#include <cstring>

namespace boxkited {

// Two doubles side by side, in one register of any x86-64 or arm64. Each operation gives both
// what it gives one, to the last bit, so that a template serves double and Lanes alike.
using Lanes = double __attribute__((vector_size(2 * sizeof(double))));

inline constexpr std::size_t kLanes = 2;

inline Lanes load_lanes(const double* from) {
    Lanes lanes;
    std::memcpy(&lanes, from, sizeof lanes);
    return lanes;
}

template <typename Number>
Number smaller(Number one, Number other) {
    return one < other ? one : other;
}

template <typename Number>
Number larger(Number one, Number other) {
    return one > other ? one : other;
}

}  // namespace boxkited
