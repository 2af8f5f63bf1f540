#include "monitor/count_delta.h"

#include "monitor/packed_numbers.h"

namespace boxkited {

CountDelta::CountDelta(const Counts& before, const Counts& after) {
    packed_.reserve(after.size());
    for (std::size_t slot = 0; slot < after.size(); ++slot)
        append_packed(packed_, after[slot] - (slot < before.size() ? before[slot] : 0));
    packed_.shrink_to_fit();
}

std::optional<CountDelta> CountDelta::unpack(std::string_view packed, std::size_t slots) {
    PackedReader reader(packed);
    for (std::size_t slot = 0; !reader.is_at_end(); ++slot)
        if (slot == slots || !reader.number()) return std::nullopt;
    CountDelta delta;
    delta.packed_ = packed;
    return delta;
}

void CountDelta::add_to(Counts& counts) const {
    PackedReader reader(packed_);
    for (std::size_t slot = 0; !reader.is_at_end(); ++slot) {
        if (slot == counts.size()) counts.push_back(0);
        counts[slot] += *reader.number();
    }
}

void CountDelta::take_from(Counts& counts) const {
    PackedReader reader(packed_);
    for (std::size_t slot = 0; !reader.is_at_end(); ++slot) counts[slot] -= *reader.number();
}

}  // namespace boxkited
