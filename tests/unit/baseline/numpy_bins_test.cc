#include "baseline/numpy_bins.h"

#include <algorithm>
#include <catch2/catch.hpp>
#include <cmath>
#include <functional>
#include <limits>
#include <vector>

using namespace boxkited;

namespace {

using Values = std::vector<double>;
constexpr double kLargest = std::numeric_limits<double>::max();
constexpr double kSmallest = std::numeric_limits<double>::denorm_min();

Values bounds(Values values, std::size_t max_bins = 50) {
    std::sort(values.begin(), values.end());
    return numpy_bounds(values, max_bins);
}

// Numbers from 0 to `count` - 1.
Values ramp(int count) {
    Values values;
    for (int i = 0; i < count; ++i) values.push_back(i);
    return values;
}

}  // namespace

TEST_CASE("percentiles lie between the two nearest values", "[numpy_bins]") {
    const Values values{1, 2, 4, 8, 16.1};

    CHECK(numpy_percentile(values, 0.75) == 8);
    CHECK(numpy_percentile(values, 0.25) == 2);
    CHECK(numpy_percentile(values, 0.1) == 1.4);
    CHECK(numpy_percentile(values, 0) == 1);
    CHECK(numpy_percentile(values, 1) == 16.1);
    CHECK(numpy_percentile(Values{0.1, 0.3}, 0.25) == 0.15);
    CHECK(numpy_percentile(Values{0.1, 0.3}, 0.75) == 0.25);
    CHECK(numpy_percentile(Values{5}, 0.75) == 5);
}

TEST_CASE("evenly spaced numbers end exactly where they are to", "[numpy_bins]") {
    CHECK(numpy_linspace(0.1, 0.7, 4) == Values{0.1, 0.3, 0.5, 0.7});
    CHECK(numpy_linspace(3, 3, 2) == Values{3, 3});
    CHECK(numpy_linspace(0, kSmallest, 4) == Values{0, 0, kSmallest, kSmallest});
}

TEST_CASE("few values get the bounds of numpy's auto", "[numpy_bins]") {
    CHECK(bounds({1, 2, 2, 3, 3, 3, 4, 4, 5, 9.5}) ==
          Values{1, 2.416666666666667, 3.8333333333333335, 5.25, 6.666666666666667,
                 8.083333333333334, 9.5});
}

TEST_CASE("equal quartiles leave the width to Sturges", "[numpy_bins]") {
    CHECK(bounds({7, 7, 7, 7, 7, 7, 8}) == Values{7, 7.25, 7.5, 7.75, 8});
}

TEST_CASE("equal values lie between two bounds", "[numpy_bins]") {
    CHECK(bounds({1}) == Values{0.5, 1.5});
    CHECK(bounds({-3, -3, -3}) == Values{-3.5, -2.5});
}

TEST_CASE("bounds that coincide are one", "[numpy_bins]") {
    CHECK(bounds({1e17, 1e17}) == Values{1e17});
    CHECK(bounds({1e17, 1e17, 1e17 + 16}) == Values{1e17, 1e17 + 16});
}

TEST_CASE("an outlier costs neither memory nor time", "[numpy_bins]") {
    Values values = ramp(1000);
    values.push_back(GENERATE(1e9, 1e300, kLargest));

    const Values found = bounds(values);

    Values expected = numpy_linspace(0, 1000, 50);
    expected.push_back(values.back());
    CHECK(found == expected);
}

TEST_CASE("the largest number of bounds can be chosen", "[numpy_bins]") {
    Values values = ramp(1000);
    CHECK(bounds(values).size() == 12);
    CHECK(bounds(values, 12).size() == 12);
    CHECK(bounds(values, 11) == numpy_linspace(0, 999, 11));
    CHECK(bounds(values, 2) == Values{0, 999});
}

TEST_CASE("bounds that all fall on the equal quartiles are one", "[numpy_bins]") {
    Values values(1000, 5.0);
    values.front() = 1;
    values.back() = 100;

    CHECK(bounds(values, 4) == Values{1, 5, 100});
}

TEST_CASE("bounds of any finite values strictly increase up to the highest", "[numpy_bins]") {
    const Values given = GENERATE(values<Values>({
        {-kLargest, kLargest},
        {-kLargest, 0, kLargest},
        {kLargest, kLargest, kLargest},
        {kLargest / 2, kLargest / 1.9, kLargest, kLargest / 1.5},
        {-kLargest, -kLargest, -1, 1, kLargest},
        {-kLargest, -kLargest, -kLargest, -kLargest / 2, kSmallest},
        {kSmallest, kLargest},
        {0, kSmallest},
        {0, kSmallest, 3 * kSmallest},
        {0, kSmallest, kSmallest, 2 * kSmallest, 2 * kSmallest, 3 * kSmallest, 3 * kSmallest},
        {-kSmallest, kSmallest, kSmallest},
        {-3 * kSmallest, 5 * kSmallest, 1},
        {1, std::nextafter(1, 2), std::nextafter(1, 0)},
        {-1e300, -1e-300, 0, 1e-300, 1e300},
    }));
    CAPTURE(given);

    const Values found = bounds(given);

    const auto [least, most] = std::minmax_element(given.begin(), given.end());
    CHECK(
        std::all_of(found.begin(), found.end(), [](double bound) { return std::isfinite(bound); }));
    CHECK(std::adjacent_find(found.begin(), found.end(), std::greater_equal<>()) == found.end());
    CHECK(found.back() >= *most);
    CHECK(found.front() <= *least);
}
