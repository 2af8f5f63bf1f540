#include "drift/statistics.h"

#include <catch2/catch.hpp>
#include <cmath>
#include <limits>
#include <random>

#include "count_vectors.h"
#include "drift/verdict.h"

using namespace boxkited;

namespace {

const Scores kNothing{};

// A baseline and as many live values, of which `moved` went from the second bin to the third.
CountVectors moved_by(double moved, double count, std::vector<double> bounds = {}) {
    return {{count, count, count}, {count, count - moved, count + moved}, std::move(bounds)};
}

constexpr double kLargest = std::numeric_limits<double>::max();

// Not for NaN or an infinity.
bool is_within(std::optional<double> value, double most) {
    return !value || (*value >= 0 && *value <= most);
}

bool is_share(Statistic statistic) {
    return statistic == Statistic::kKs || statistic == Statistic::kLinf ||
           statistic == Statistic::kJs;
}

// Counts of any size, sparse or not; of some, fractions or sizes from 1e-105 to 1e94.
std::vector<double> wild_counts(std::mt19937_64& random, std::size_t bins) {
    const auto below = [&](std::uint64_t limit) { return static_cast<double>(random() % limit); };
    const bool has_any_size = random() % 8 == 0;
    const auto limit = std::uint64_t{1} << (random() % 45);
    const auto parts = random() % 9 == 0 ? 3 : 1;
    const auto occupied = 1 + random() % 6;
    std::vector<double> counts(bins);
    for (double& count : counts)
        if (random() % 6 < occupied)
            count = has_any_size ? std::pow(10, below(200) - 105) : below(limit) / parts;
    return counts;
}

std::vector<double> wild_bounds(std::mt19937_64& random, std::size_t bins) {
    std::vector<double> bounds;
    double bound = random() % 3 == 0 ? -1.7e308 : -10;
    const auto largest_step = 1 + random() % 600;
    while (bounds.size() + 1 < bins) {
        bound += std::pow(10, static_cast<double>(random() % largest_step) - 300);
        bound = std::nextafter(bound, kLargest);
        bounds.push_back(bound);
    }
    return bounds;
}

}  // namespace

TEST_CASE("identical vectors score 0 in every statistic", "[drift]") {
    const std::vector<double> counts{3, 0, 1e12, 17, 1, 0.75};
    const CountVectors discrete{counts, counts, {}};
    const CountVectors continuous{counts, counts, {-3, -1, 0, 0.1, 7}};

    CHECK(scores(discrete.counts()) == Scores{std::nullopt, 0, 0, 0, std::nullopt, 0, 0});
    CHECK(scores(continuous.counts()) == Scores{0, 0, 0, 0, 0, std::nullopt, 0});
    CHECK(p_values(discrete.counts(), scores(discrete.counts())).chi_squared == 1);
    CHECK(p_values(continuous.counts(), scores(continuous.counts())).ks == 1);
}

TEST_CASE("vectors in proportion score 0 wherever shares are compared", "[drift]") {
    const CountVectors vectors{{1e11, 7, 3, 0}, {3e12, 210, 90, 0}, {0.1, 0.2, 0.3}};

    const Scores made = scores(vectors.counts());

    for (const Statistic statistic : {Statistic::kKs, Statistic::kPsi, Statistic::kJs,
                                      Statistic::kWasserstein, Statistic::kLinf})
        CHECK(score_of(made, statistic) == 0);
}

TEST_CASE("a single bin scores 0", "[drift]") {
    const CountVectors vectors{{1000}, {20}, {}};

    CHECK(scores(vectors.counts()) == Scores{std::nullopt, 0, 0, 0, std::nullopt, 0, 0});
    CHECK(p_values(vectors.counts(), scores(vectors.counts())).chi_squared == 1);
}

TEST_CASE("disjoint vectors are as far apart as can be", "[drift]") {
    const CountVectors vectors{{100, 0, 0}, {0, 70, 0}, {1, 2}};

    CHECK(score(vectors, Statistic::kJs) == 1);
    CHECK(score(vectors, Statistic::kKs) == 1);
    CHECK(score(vectors, Statistic::kLinf) == 1);
}

TEST_CASE("a side without values scores nothing", "[drift]") {
    const auto vectors = GENERATE(values<CountVectors>({
        {{0, 0}, {3, 4}, {}},
        {{3, 4}, {0, 0}, {}},
        {{0, 0}, {0, 0}, {0.5}},
        {{}, {}, {}},
        {{1e200, 1}, {3, 4}, {}},
    }));

    CHECK(scores(vectors.counts()) == kNothing);
    CHECK(p_values(vectors.counts(), kNothing).ks == std::nullopt);
    CHECK(p_values(vectors.counts(), kNothing).chi_squared == std::nullopt);
    for (const Statistic statistic : kStatistics)
        CHECK(contributions(statistic, vectors.counts()) ==
              std::vector<double>(vectors.baseline.size(), 0.));
}

TEST_CASE("a single value among 1e12 is seen", "[drift]") {
    const auto discrete = moved_by(1, 1e12);
    const auto continuous = moved_by(1, 1e12, {1, 2});

    CHECK(score(discrete, Statistic::kLinf) == Approx(1 / 3e12).epsilon(1e-12).margin(0));
    CHECK(score(continuous, Statistic::kKs) == Approx(1 / 3e12).epsilon(1e-12).margin(0));
    CHECK(score(discrete, Statistic::kPsi) == Approx(2 / 3e24).epsilon(1e-12).margin(0));
    CHECK(score(discrete, Statistic::kKl) == Approx(2 / 3e24).epsilon(1e-11).margin(0));
    CHECK(score(discrete, Statistic::kChiSquared) == Approx(1e-12).epsilon(1e-12).margin(0));
    CHECK(score(discrete, Statistic::kJs) ==
          Approx(std::sqrt(2 / 3e24 / 8 / std::log(2))).epsilon(1e-12).margin(0));
}

TEST_CASE("wasserstein is the shift in standard deviations of the baseline", "[drift]") {
    // Middles at 1 (the first bound), 1.5 and 2.5.
    const CountVectors vectors{{0, 1, 1, 0}, {0, 0, 2, 0}, {1, 2, 3}};

    CHECK(score(vectors, Statistic::kWasserstein) == 0.5 / 0.5);
    CHECK(contributions(Statistic::kWasserstein, vectors.counts()) ==
          std::vector<double>{0, 0, 1, 0});
}

TEST_CASE("wasserstein says nothing of a baseline without a deviation", "[drift]") {
    const auto vectors = GENERATE(values<CountVectors>({
        {{9, 9}, {3, 4}, {0.5}},                  // One finite bound.
        {{0, 9, 0, 9}, {3, 1, 1, 4}, {0, 1, 2}},  // All in one bucket.
        {{0, 0, 9}, {3, 4, 4}, {0, 1}},           // Nothing up to the last finite bound.
        {{9, 9, 0}, {0, 0, 4}, {0, 1}},
    }));

    const Scores made = scores(vectors.counts());

    CHECK(score_of(made, Statistic::kWasserstein) == std::nullopt);
    CHECK(score_of(made, Statistic::kKs).has_value());
    CHECK(contributions(Statistic::kWasserstein, vectors.counts()) ==
          std::vector<double>(vectors.baseline.size(), 0.));
}

TEST_CASE("wasserstein does not depend on the scale of the bounds", "[drift]") {
    const double scale = GENERATE(1e-300, 1e-9, 1., 1e9, 5e307);
    CAPTURE(scale);
    CountVectors vectors{{5, 20, 9, 3, 0}, {1, 9, 8, 7, 2}, {-3, -1, 1, 2}};
    const double unscaled = score(vectors, Statistic::kWasserstein);

    for (double& bound : vectors.bounds) bound *= scale;

    CHECK(score(vectors, Statistic::kWasserstein) == Approx(unscaled).epsilon(1e-12));
}

TEST_CASE("wasserstein keeps its digits where values are narrow and far away", "[drift]") {
    const CountVectors vectors{{0, 0, 1, 2, 0}, {0, 0, 2, 1, 0}, {0, 1e15, 1e15 + 2, 1e15 + 4}};

    CHECK(score(vectors, Statistic::kWasserstein) == Approx(std::sqrt(0.5)).epsilon(1e-12));
}

TEST_CASE("contributions to ks and linf are differences of shares", "[drift]") {
    const CountVectors vectors{{1, 2, 1}, {2, 2, 0}, {1, 2}};

    CHECK(contributions(Statistic::kLinf, vectors.counts()) == std::vector<double>{0.25, 0, 0.25});
    CHECK(contributions(Statistic::kKs, vectors.counts()) == std::vector<double>{0.25, 0, 0.25});
}

TEST_CASE("an undefined statistic has no contributions", "[drift]") {
    const CountVectors discrete{{1, 2}, {2, 2}, {}};
    const CountVectors continuous{{1, 2}, {2, 2}, {1}};

    CHECK(contributions(Statistic::kKs, discrete.counts()) == std::vector<double>{0, 0});
    CHECK(contributions(Statistic::kChiSquared, continuous.counts()) == std::vector<double>{0, 0});
}

TEST_CASE("no counts give anything but numbers within their range", "[drift]") {
    std::mt19937_64 random(20240501);
    for (int round = 0; round < 20'000; ++round) {
        const auto bins = 1 + random() % (round % 50 == 0 ? 1200 : 40);
        const CountVectors vectors{
            wild_counts(random, bins), wild_counts(random, bins),
            round % 2 == 0 ? wild_bounds(random, bins) : std::vector<double>()};

        const Assessment made = assess(vectors.counts(), {}, 1);

        bool are_within = is_within(made.severity, kLargest) && is_within(made.p_value, 1) &&
                          is_within(made.p_values.ks, 1) && is_within(made.p_values.chi_squared, 1);
        for (const Statistic statistic : kStatistics) {
            const double most = is_share(statistic) ? 1 + 1e-12 : kLargest;
            are_within = are_within && is_within(score_of(made.scores, statistic), most);
            for (const double term : contributions(statistic, vectors.counts()))
                are_within = are_within && is_within(term, most);
        }
        if (!are_within) FAIL("round " << round);
    }
}
