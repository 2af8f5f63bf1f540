#pragma once

#include <array>
#include <bit>
#include <cstdint>

namespace load {

// Counts durations in nanoseconds, to 1/64 of each.
class Latencies {
public:
    void add(std::uint64_t nanoseconds) {
        ++counts_[slot(nanoseconds)];
        ++total_;
        if (nanoseconds > longest_) longest_ = nanoseconds;
    }

    // The duration that `share` of all do not exceed; 0 when there are none.
    std::uint64_t at(double share) const {
        const auto wanted = static_cast<std::uint64_t>(share * static_cast<double>(total_));
        std::uint64_t seen = 0;
        for (std::size_t i = 0; i < counts_.size(); ++i) {
            seen += counts_[i];
            if (seen > wanted) return value(i);
        }
        return longest_;
    }
    std::uint64_t longest() const { return longest_; }

private:
    static constexpr int kFraction = 6;  // Bits behind the leading one.
    static constexpr std::size_t kExact = 1 << kFraction;

    static std::size_t slot(std::uint64_t value) {
        if (value < kExact) return value;
        const auto shift = static_cast<unsigned>(std::bit_width(value) - 1 - kFraction);
        return (std::size_t{shift} << kFraction) + (value >> shift);
    }
    static std::uint64_t value(std::size_t slot) {
        if (slot < 2 * kExact) return slot;
        const std::size_t shift = (slot >> kFraction) - 1;
        return (slot - (shift << kFraction)) << shift;
    }

    std::array<std::uint64_t, 64 * kExact> counts_{};
    std::uint64_t total_ = 0;
    std::uint64_t longest_ = 0;
};

}  // namespace load
