#include "drift/verdict.h"

#include <catch2/catch.hpp>
#include <vector>

#include "count_vectors.h"
#include "drift/significance.h"

using namespace boxkited;

namespace {

Verdict verdict(const CountVectors& vectors, const DriftRule& rule = {},
                std::size_t variables = 1) {
    return assess(vectors.counts(), rule, variables).verdict;
}

const CountVectors kStable{{500, 500}, {110, 90}, {}};
const CountVectors kShifted{{500, 500}, {400, 100}, {}};

}  // namespace

TEST_CASE("a verdict has a label", "[drift]") {
    CHECK(label(Verdict::kDrifted) == "drifted");
    CHECK(label(Verdict::kStable) == "stable");
    CHECK(label(Verdict::kInsufficientData) == "insufficient_data");
}

TEST_CASE("data like the baseline are stable", "[drift]") {
    CHECK(verdict(kStable) == Verdict::kStable);
}

TEST_CASE("a class of 1% that grows to 50% drifts", "[drift]") {
    CHECK(verdict({{297, 3}, {100, 100}, {}}) == Verdict::kDrifted);
    CHECK(verdict({{297, 3}, {100, 100}, {}}, {}, 250) == Verdict::kDrifted);
}

TEST_CASE("a category that the baseline lacks drifts once it is frequent", "[drift]") {
    CHECK(verdict({{900, 100, 0}, {150, 17, 33}, {}}) == Verdict::kDrifted);
    CHECK(verdict({{900, 100, 0}, {180, 19, 1}, {}}) == Verdict::kStable);
}

TEST_CASE("a shift of continuous values drifts", "[drift]") {
    CHECK(verdict({{100, 400, 400, 100}, {20, 100, 250, 130}, {-1, 0, 1}}) == Verdict::kDrifted);
}

TEST_CASE("empty bins of a small sample are no drift however large the score", "[drift]") {
    // 200 bins that each expect one live value: half of them are empty by chance.
    std::vector<double> baseline(200, 50);
    std::vector<double> live(200, 0);
    for (std::size_t i = 0; i < live.size(); i += 2) live[i] = 2;

    const auto made = assess(CountVectors{baseline, live, {}}.counts(), {}, 1);

    CHECK(made.score > 1);
    CHECK(made.verdict == Verdict::kStable);
}

TEST_CASE("a significant difference below the threshold is stable", "[drift]") {
    const CountVectors vectors{{500'000, 500'000}, {510'000, 490'000}, {}};
    const auto made = assess(vectors.counts(), {}, 1);

    CHECK(made.p_value < 1e-9);
    CHECK(made.verdict == Verdict::kStable);
    CHECK(verdict(vectors, {.threshold = 0}) == Verdict::kDrifted);
}

TEST_CASE("below the minimum of live values there are scores but no verdict", "[drift]") {
    const CountVectors vectors{{500, 500}, {199, 0}, {}};

    const auto made = assess(vectors.counts(), {}, 1);

    CHECK(made.verdict == Verdict::kInsufficientData);
    CHECK(made.score > 0.2);
    CHECK(made.severity > 1);
    CHECK(made.p_value < 0.005);
    CHECK(made.p_values.chi_squared < 0.005);
    CHECK(verdict({{500, 500}, {200, 0}, {}}) == Verdict::kDrifted);
    CHECK(verdict(vectors, {.minimum_observations = 0}) == Verdict::kDrifted);
}

TEST_CASE("without live values there is nothing to assess", "[drift]") {
    const CountVectors vectors{{500, 500}, {0, 0}, {}};

    const auto made = assess(vectors.counts(), {.threshold = 0.3, .minimum_observations = 0}, 1);

    CHECK(made.verdict == Verdict::kInsufficientData);
    CHECK(made.statistic == Statistic::kPsi);
    CHECK(made.threshold == 0.3);
    CHECK(made.score == std::nullopt);
    CHECK(made.severity == std::nullopt);
    CHECK(made.p_value == std::nullopt);
    CHECK(made.scores == Scores{});
}

TEST_CASE("a single bin never drifts", "[drift]") {
    const DriftRule rule{.threshold = 0, .alpha = 2};

    const auto made = assess(CountVectors{{500}, {900}, {}}.counts(), rule, 1);

    CHECK(made.verdict == Verdict::kStable);
    CHECK(made.score == 0);
    CHECK(made.p_value == 1);
}

TEST_CASE("severity is the score in thresholds", "[drift]") {
    const auto made =
        assess(kShifted.counts(), {.statistic = Statistic::kLinf, .threshold = 0.1}, 1);

    CHECK(made.score == Approx(0.3));
    CHECK(made.severity == Approx(3));
    CHECK(made.p_value == sampling_p_value(kShifted.counts()));
    CHECK(assess(kShifted.counts(), {.threshold = 0}, 1).severity == std::nullopt);
}

TEST_CASE("a score that equals its threshold reaches it", "[drift]") {
    const CountVectors vectors{{500, 500}, {375, 125}, {}};

    CHECK(verdict(vectors, {.statistic = Statistic::kLinf, .threshold = 0.25}) ==
          Verdict::kDrifted);
    CHECK(verdict(vectors, {.statistic = Statistic::kLinf, .threshold = 0.2500001}) ==
          Verdict::kStable);
}

TEST_CASE("alpha is shared by all variables", "[drift]") {
    const CountVectors vectors{{5000, 5000}, {620, 500}, {}};
    const DriftRule rule{.threshold = 0};
    const double p = sampling_p_value(vectors.counts());
    REQUIRE(p > 0.005 / 100);
    REQUIRE(p < 0.005);

    CHECK(verdict(vectors, rule, 1) == Verdict::kDrifted);
    CHECK(verdict(vectors, rule, 0) == Verdict::kDrifted);
    CHECK(verdict(vectors, rule, 100) == Verdict::kStable);
}

TEST_CASE("psi judges where the chosen statistic is not defined", "[drift]") {
    const auto [statistic, vectors] = GENERATE(table<Statistic, CountVectors>({
        {Statistic::kKs, kShifted},
        {Statistic::kWasserstein, kShifted},
        {Statistic::kChiSquared, {{500, 500}, {400, 100}, {0}}},
        {Statistic::kWasserstein, {{500, 500}, {400, 100}, {0}}},  // No deviation.
        {Statistic::kKs, {{500, 500}, {0, 0}, {}}},
    }));

    const auto made = assess(vectors.counts(), {.statistic = statistic, .threshold = 9}, 1);

    CHECK(made.statistic == Statistic::kPsi);
    CHECK(made.threshold == 0.2);
    CHECK(made.score == score_of(made.scores, Statistic::kPsi));
}

TEST_CASE("chi_squared judges by its significance alone", "[drift]") {
    const DriftRule rule{.statistic = Statistic::kChiSquared,
                         .threshold = default_threshold(Statistic::kChiSquared)};

    CHECK(verdict(kStable, rule) == Verdict::kStable);
    CHECK(verdict(kShifted, rule) == Verdict::kDrifted);
}
