#include "baseline/seeded_random.h"

#include <cassert>
#include <limits>

namespace boxkited {

// SplitMix64 (Steele, Lea, Flood: "Fast splittable pseudorandom number generators", 2014): a
// counter that goes up by an odd constant, and a mixer of 64 bits.

namespace {

constexpr std::uint64_t kStep = 0x9e3779b97f4a7c15;

std::uint64_t mixed(std::uint64_t bits) {
    bits = (bits ^ (bits >> 30)) * 0xbf58476d1ce4e5b9;
    bits = (bits ^ (bits >> 27)) * 0x94d049bb133111eb;
    return bits ^ (bits >> 31);
}

}  // namespace

// Seeds and streams count up from 0: mixed, their counters start far from each other.
SeededRandom::SeededRandom(std::uint64_t seed, std::uint64_t stream)
    : state_(mixed(mixed(seed + kStep) + stream)) {}

std::uint64_t SeededRandom::next() { return mixed(state_ += kStep); }

std::uint64_t SeededRandom::below(std::uint64_t limit) {
    assert(limit != 0);
    // The numbers above the last whole multiple of `limit` would favour the low remainders.
    const std::uint64_t surplus = (std::numeric_limits<std::uint64_t>::max() % limit + 1) % limit;
    const std::uint64_t highest = std::numeric_limits<std::uint64_t>::max() - surplus;
    std::uint64_t number = next();
    while (number > highest) number = next();
    return number % limit;
}

}  // namespace boxkited
