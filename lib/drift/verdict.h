#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>

#include "drift/statistics.h"

namespace boxkited {

enum class Verdict { kDrifted, kStable, kInsufficientData };

// "drifted", "stable", "insufficient_data"
std::string_view label(Verdict verdict) noexcept;

// When a variable counts as drifted: its score reaches the threshold, and the difference is more
// than sampling gives.
struct DriftRule {
    // Psi with its default threshold judges where this one is nothing.
    Statistic statistic = Statistic::kPsi;

    // 0 leaves the verdict to significance alone.
    double threshold = 0.2;

    // How often, at most, an evaluation of all variables of one window may alarm while nothing
    // changed.
    double alpha = 0.005;

    // Live values below which there is no verdict.
    std::uint64_t minimum_observations = 200;
};

// One variable in one window.
struct Assessment {
    Verdict verdict = Verdict::kInsufficientData;
    Statistic statistic = Statistic::kPsi;  // The one that judged.
    double threshold = 0;                   // Its threshold.
    std::optional<double> score;            // Its score.
    std::optional<double> severity;         // score / threshold; nothing when the threshold is 0.
    std::optional<double> p_value;          // sampling_p_value().
    Scores scores;
    PValues p_values;
};

// Judges one of `variables` that are judged together. Scores and p-values are given below
// minimum_observations too, and missing only when totals are not comparable. One bin never drifts.
//
// Threads: any.
Assessment assess(const BinCounts& counts, const DriftRule& rule, std::size_t variables);
// `totals` are those of the counts.
Assessment assess(const BinCounts& counts, const Totals& totals, const DriftRule& rule,
                  std::size_t variables);

}  // namespace boxkited
