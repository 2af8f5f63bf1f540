#include "baseline/reservoir.h"

#include <cassert>

namespace boxkited {

// Algorithm R (Vitter, "Random sampling with a reservoir", 1985). Its successors skip items by
// logarithms, whose last bit depends on the C library.

Reservoir::Reservoir(std::size_t capacity, std::uint64_t seed)
    : capacity_(capacity), random_(seed) {
    assert(capacity != 0);
}

std::optional<std::size_t> Reservoir::next() {
    const std::uint64_t before = seen_++;
    if (before < capacity_) return static_cast<std::size_t>(before);
    const std::uint64_t place = random_.below(seen_);
    if (place >= capacity_) return std::nullopt;
    return static_cast<std::size_t>(place);
}

}  // namespace boxkited
