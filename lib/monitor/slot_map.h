#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "monitor/layout.h"

namespace boxkited {

// A bin that the baseline never had.
struct NewBin {
    std::uint32_t variable;  // Position in Layout::variables().
    std::uint32_t slot;
    std::string name;
};

// Those of one variable, of bins that stand in the order of their variables.
std::span<const NewBin> new_bins_of(const std::vector<NewBin>& bins, std::size_t variable);

// Where each variable of `from` stands in `to`; nothing where `to` has none whose baseline is the
// same.
std::vector<std::optional<std::uint32_t>> variable_map(const Layout& from, const Layout& to);

// Takes counts from one layout to another. Slots of variables that the other lacks are dropped. A
// new bin that it lacks goes to the `__other__` of its variable, or is dropped where there is none.
//
// Threads: immutable.
class SlotMap {
public:
    SlotMap(const Layout& from, const std::vector<NewBin>& from_bins, const Layout& to,
            const std::vector<NewBin>& to_bins);

    std::vector<std::uint64_t> applied_to(const std::vector<std::uint64_t>& counts) const;

private:
    std::vector<std::optional<std::uint32_t>> to_;  // By slot of the first layout.
    std::size_t slots_;                             // Of the second one, new bins included.
};

}  // namespace boxkited
