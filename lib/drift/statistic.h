#pragma once

#include <array>
#include <optional>
#include <string_view>

namespace boxkited {

// How far live data lie from the baseline, as one number; the `statistic` labels and values of
// drift.statistic. statistics.h defines each.
enum class Statistic { kKs, kKl, kPsi, kJs, kWasserstein, kChiSquared, kLinf };
inline constexpr std::array kStatistics{
    Statistic::kKs,          Statistic::kKl,         Statistic::kPsi,  Statistic::kJs,
    Statistic::kWasserstein, Statistic::kChiSquared, Statistic::kLinf,
};

// "ks", "kl", "psi", "js", "wasserstein", "chi_squared", "linf"
std::string_view label(Statistic statistic) noexcept;
// Nothing when no statistic has that name.
std::optional<Statistic> statistic_named(std::string_view name) noexcept;

enum class VariableKind { kContinuous, kDiscrete };

// "continuous", "discrete"
std::string_view label(VariableKind kind) noexcept;

// ks and wasserstein need an order of the bins, chi_squared bins that are categories.
bool is_defined_for(Statistic statistic, VariableKind kind) noexcept;

// The score from which on a difference matters, when nobody sets another. chi_squared grows with
// the sample: its threshold is 0, and significance alone judges.
double default_threshold(Statistic statistic) noexcept;

}  // namespace boxkited
