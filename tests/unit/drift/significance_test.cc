#include "drift/significance.h"

#include <catch2/catch.hpp>
#include <vector>

#include "count_vectors.h"

using namespace boxkited;

namespace {

double p_of(const CountVectors& vectors) { return sampling_p_value(vectors.counts()); }

}  // namespace

TEST_CASE("chance explains identical vectors", "[drift]") {
    const std::vector<double> counts{0, 3, 1e12, 17, 1, 0};

    CHECK(p_of({counts, counts, {}}) == 1);
    CHECK(p_of({counts, counts, {1, 2, 3, 4, 5}}) == 1);
}

TEST_CASE("chance explains a single bin and a side without values", "[drift]") {
    CHECK(p_of({{100}, {100'000}, {}}) == 1);
    CHECK(p_of({{0, 0}, {7, 8}, {}}) == 1);
    CHECK(p_of({{7, 8}, {0, 0}, {}}) == 1);
}

TEST_CASE("a group expects exactly ten live values or more", "[drift]") {
    // Two groups that each expect 10 live values; with one value less, two rare bins.
    const double by_chi_squared = 3 * 0.00010751117673;
    const double by_fisher = 3 * 2 * 4.9326684934e-05;

    CHECK(p_of({{20, 20}, {0, 20}, {0}}) == Approx(by_chi_squared).epsilon(1e-8));
    CHECK(p_of({{20, 20}, {0, 19}, {0}}) == Approx(by_fisher).epsilon(1e-8));
}

TEST_CASE("what is left below ten joins the last group", "[drift]") {
    CHECK(p_of({{50, 50, 5}, {30, 80, 1}, {0, 1}}) == p_of({{50, 55}, {30, 81}, {0}}));
}

TEST_CASE("continuous bins are grouped in order and discrete ones by falling share", "[drift]") {
    // Of 60 live values, bins expect 5, 20, 5, 30.
    const CountVectors continuous{{5, 20, 5, 30}, {5, 20, 5, 30}, {1, 2, 3}};
    CountVectors discrete = continuous;
    discrete.bounds.clear();
    CHECK(p_of(continuous) == 1);
    CHECK(p_of(discrete) == 1);

    // Moves from the first to the second and from the third to the last stay within continuous
    // groups, {5 + 20} and {5 + 30}, but empty the last discrete one, {5 + 5}.
    const CountVectors moved_continuous{{5, 20, 5, 30}, {0, 25, 0, 35}, {1, 2, 3}};
    CHECK(p_of(moved_continuous) == 1);
    CHECK(p_of({moved_continuous.baseline, moved_continuous.live, {}}) < 1);
}

TEST_CASE("a shift over many ordered bins shows by their order", "[drift]") {
    // The same differences, once sorted by size of the values and once scattered.
    CountVectors moved{std::vector<double>(40, 20), std::vector<double>(40, 20), {}};
    for (std::size_t i = 0; i < 40; ++i) moved.live[i] += i < 20 ? -6 : 6;
    CountVectors scattered = moved;
    for (std::size_t i = 0; i < 40; ++i) scattered.live[i] = i % 2 == 0 ? 14 : 26;
    for (double i = 1; i < 40; ++i) {
        moved.bounds.push_back(i);
        scattered.bounds.push_back(i);
    }

    CHECK(p_of(moved) < 1e-4);
    CHECK(p_of(scattered) > 0.1);
}

TEST_CASE("a category that the baseline never had is significant once it is frequent", "[drift]") {
    const double seen = GENERATE(1., 2., 5., 20.);
    CAPTURE(seen);

    const double p = p_of({{1000, 1000, 0}, {100, 100, seen}, {}});

    CHECK((p < 0.005) == (seen >= 5));
}

TEST_CASE("where many bins are rare the one that grew stands out", "[drift]") {
    std::vector<double> baseline(500, 4);
    std::vector<double> live(500, 1);
    CHECK(p_of({baseline, live, {}}) == 1);

    live[77] = 30;

    CHECK(p_of({baseline, live, {}}) < 1e-6);
}

TEST_CASE("categories that the baseline drew too seldom are not taken for drift", "[drift]") {
    // Of 200 equal categories either side drew half of the rare ones, each another half: nothing
    // that two samples of the same data would not show.
    CountVectors vectors{{1000}, {1000}, {}};
    for (int i = 0; i < 200; ++i) {
        vectors.baseline.push_back(i % 2 == 0 ? 2 : 0);
        vectors.live.push_back(i % 2 == 0 ? 0 : 2);
    }

    CHECK(p_of(vectors) == 1);
}

TEST_CASE("fractions of baseline values count as the nearest whole number of rare ones",
          "[drift]") {
    CHECK(p_of({{1.6, 98}, {8, 92}, {}}) == p_of({{2, 98}, {8, 92}, {}}));
}

TEST_CASE("order of discrete bins does not matter", "[drift]") {
    CHECK(p_of({{90, 3, 0, 40, 8, 2}, {80, 1, 6, 70, 3, 9}, {}}) ==
          Approx(p_of({{2, 40, 8, 90, 0, 3}, {9, 70, 3, 80, 6, 1}, {}})).epsilon(1e-12));
}

TEST_CASE("huge counts are no obstacle", "[drift]") {
    CHECK(p_of({{1e12, 1e12}, {1e12, 1e12 + 1e3}, {}}) > 0.99);
    CHECK(p_of({{1e12, 1e12}, {1e12, 1e12 + 1e8}, {}}) < 1e-9);
    CHECK(p_of({{1e12, 0}, {1e12, 4}, {}}) == Approx(0.125).epsilon(1e-9));
}
