#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace boxkited {

using Counts = std::vector<std::uint64_t>;  // By slot.

// By how much counts grew between two moments, packed: most slots grow by little or not at all, so
// that a slot is a byte or two.
//
// Threads: immutable.
class CountDelta {
public:
    CountDelta() = default;
    // `after` has the slots of `before` and perhaps more; no count is less than it was.
    CountDelta(const Counts& before, const Counts& after);

    // What packed() gave; nothing when the bytes are not of that kind, or of more than `slots`.
    static std::optional<CountDelta> unpack(std::string_view packed, std::size_t slots);
    const std::string& packed() const { return packed_; }

    // `counts` grow as far as this has slots.
    void add_to(Counts& counts) const;
    // `counts` once had this added.
    void take_from(Counts& counts) const;

private:
    std::string packed_;
};

}  // namespace boxkited
