#pragma once

#include <cstdint>

namespace boxkited {

// Random numbers that are the same on every platform for the same seed, unlike the distributions
// of the standard library. Not for secrets.
//
// Threads: one at a time.
class SeededRandom {
public:
    // Generators of the same seed and different streams are independent of each other.
    explicit SeededRandom(std::uint64_t seed, std::uint64_t stream = 0);

    std::uint64_t next();
    // From 0 to `limit` - 1, each as likely as any other. `limit` is not 0.
    std::uint64_t below(std::uint64_t limit);

private:
    std::uint64_t state_;
};

}  // namespace boxkited
