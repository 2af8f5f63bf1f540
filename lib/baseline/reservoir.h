#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>

#include "baseline/seeded_random.h"

namespace boxkited {

// Draws a sample of at most `capacity` out of a sequence of unknown length, in one pass: each item
// is in it with the same probability. Says only where an item goes; the caller keeps the items.
//
//   Reservoir reservoir(100, 1);
//   if (const auto place = reservoir.next()) items[*place] = item;  // Once for every item.
//
// While the sequence is no longer than the capacity, the sample is the sequence, in its order.
//
// Threads: one at a time.
class Reservoir {
public:
    // `capacity` is not 0.
    Reservoir(std::size_t capacity, std::uint64_t seed);

    // Where the next item goes, over whatever was there; nothing when it is left out. A place is
    // either one that was given before or the next one that was not.
    std::optional<std::size_t> next();

private:
    std::size_t capacity_;
    std::uint64_t seen_ = 0;
    SeededRandom random_;
};

}  // namespace boxkited
