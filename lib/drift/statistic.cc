#include "drift/statistic.h"

#include <cstddef>

namespace boxkited {
namespace {

struct Traits {
    std::string_view label;
    bool continuous;
    bool discrete;
    double threshold;
};

constexpr std::array<Traits, kStatistics.size()> kTraits{{
    {"ks", true, false, 0.1},
    {"kl", true, true, 0.2},
    {"psi", true, true, 0.2},
    {"js", true, true, 0.1},
    {"wasserstein", true, false, 0.1},
    {"chi_squared", false, true, 0},
    {"linf", true, true, 0.1},
}};

const Traits& traits_of(Statistic statistic) noexcept {
    return kTraits[static_cast<std::size_t>(statistic)];
}

}  // namespace

std::string_view label(Statistic statistic) noexcept { return traits_of(statistic).label; }

std::optional<Statistic> statistic_named(std::string_view name) noexcept {
    for (const Statistic statistic : kStatistics)
        if (label(statistic) == name) return statistic;
    return std::nullopt;
}

std::string_view label(VariableKind kind) noexcept {
    return kind == VariableKind::kContinuous ? "continuous" : "discrete";
}

bool is_defined_for(Statistic statistic, VariableKind kind) noexcept {
    const Traits& traits = traits_of(statistic);
    return kind == VariableKind::kContinuous ? traits.continuous : traits.discrete;
}

double default_threshold(Statistic statistic) noexcept { return traits_of(statistic).threshold; }

}  // namespace boxkited
