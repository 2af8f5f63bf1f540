#include "histogram/bucket_bounds.h"

#include <algorithm>
#include <catch2/catch.hpp>
#include <cmath>
#include <limits>
#include <random>

using namespace boxkited;

namespace {

constexpr double kInfinity = std::numeric_limits<double>::infinity();

std::size_t searched(const std::vector<double>& bounds, double value) {
    return static_cast<std::size_t>(std::lower_bound(bounds.begin(), bounds.end(), value) -
                                    bounds.begin());
}

}  // namespace

TEST_CASE("a value equal to a bound is in that bound's bucket", "[histogram]") {
    const BucketBounds bounds({0.0, 0.5, 1.0});

    CHECK(bounds.bucket_of(-1) == 0);
    CHECK(bounds.bucket_of(0.0) == 0);
    CHECK(bounds.bucket_of(-0.0) == 0);
    CHECK(bounds.bucket_of(0.5) == 1);
    CHECK(bounds.bucket_of(0.6) == 2);
    CHECK(bounds.bucket_of(1.0) == 2);
    CHECK(bounds.bucket_of(1.0000000000000002) == 3);
    CHECK(bounds.bucket_of(kInfinity) == 3);
    CHECK(bounds.bucket_of(-kInfinity) == 0);
}

TEST_CASE("bounds of any shape put each value where a search does", "[histogram]") {
    const std::vector<double> values =
        GENERATE(std::vector<double>{3.0}, std::vector<double>{-1e308, 1e308},
                 std::vector<double>{1.0, std::nextafter(1.0, 2.0), 2.0},
                 std::vector<double>{-5, 0, 1, 2, 3, 4, 5, 60},
                 std::vector<double>{1e-300, 1e-200, 1.0, 1e200},
                 std::vector<double>{4.3, 4.725, 5.15, 5.575, 6.0, 6.425, 6.85, 7.275, 7.7});
    const BucketBounds bounds(values);
    std::mt19937_64 random(7);
    std::uniform_real_distribution<double> around(values.front() / 2 - 1, values.back() / 2 + 1);

    for (int i = 0; i < 2000; ++i) {
        const double value = around(random) * 2;
        CHECK(bounds.bucket_of(value) == searched(values, value));
    }
    for (const double bound : values)
        for (const double value :
             {bound, std::nextafter(bound, -kInfinity), std::nextafter(bound, kInfinity)})
            CHECK(bounds.bucket_of(value) == searched(values, value));
}
