#include "baseline/number_column.h"

#include <catch2/catch.hpp>
#include <limits>
#include <string>
#include <utility>
#include <vector>

using namespace boxkited;

namespace {

constexpr double kMissing = std::numeric_limits<double>::quiet_NaN();
constexpr double kInfinity = std::numeric_limits<double>::infinity();

NumberColumn column_of(const std::vector<double>& values) {
    NumberColumn column;
    for (const double value : values) column.add(value);
    return column;
}

// `different` numbers in turn.
NumberColumn repeated(int count, int different) {
    NumberColumn column;
    for (int i = 0; i < count; ++i) column.add(i % different);
    return column;
}

bool looks_discrete(const NumberColumn& column) { return column.looks_discrete(SeededRandom(0)); }

using Pairs = std::vector<std::pair<std::string, double>>;

Pairs bins(NumberColumn column) {
    Pairs pairs;
    for (const auto& bin : std::move(column).discrete().bins)
        pairs.emplace_back(bin.name, bin.count);
    return pairs;
}

Pairs buckets(const NumericBaseline& baseline) {
    Pairs pairs;
    for (const auto& bucket : baseline.buckets) pairs.emplace_back(bucket.le, bucket.count);
    return pairs;
}

}  // namespace

TEST_CASE("a column is discrete when it has few different values", "[number_column]") {
    CHECK(looks_discrete(column_of({})));
    CHECK(looks_discrete(column_of({kMissing, kMissing})));
    CHECK(looks_discrete(column_of({1, 2, 1})));
    CHECK_FALSE(looks_discrete(column_of({1, 2, 3})));
    CHECK(looks_discrete(column_of({1, 2, kMissing, kMissing, kMissing})));
    CHECK(looks_discrete(column_of({1, kInfinity})));
    CHECK_FALSE(looks_discrete(column_of({1, kInfinity, -kInfinity})));
    CHECK(looks_discrete(repeated(61, 3)));
    CHECK_FALSE(looks_discrete(repeated(60, 3)));
}

TEST_CASE("of a long column a thousand values are looked at", "[number_column]") {
    CHECK(looks_discrete(repeated(100'000, 49)));
    CHECK_FALSE(looks_discrete(repeated(100'000, 60)));
    CHECK_FALSE(looks_discrete(repeated(1000, 50)));
}

TEST_CASE("a discrete column has a bin for each number in order", "[number_column]") {
    CHECK(bins(column_of({3, 1e22, -1, 3, kInfinity, 0.1, -kInfinity, kMissing, 3, kMissing})) ==
          Pairs{{"-inf", 1},
                {"-1.0", 1},
                {"0.1", 1},
                {"3.0", 3},
                {"1e+22", 1},
                {"inf", 1},
                {"nan", 2}});
    CHECK(bins(column_of({})).empty());
}

TEST_CASE("the two zeros share a bin", "[number_column]") {
    CHECK(bins(column_of({-0.0, 0.0, -0.0})) == Pairs{{"0.0", 3}});
    CHECK(bins(column_of({-0.0, -0.0})) == Pairs{{"-0.0", 2}});
}

TEST_CASE("a continuous column counts the values up to each bound", "[number_column]") {
    const auto baseline =
        column_of({1, 2, 2, 3, kMissing, 3, 3, 4, 4, kInfinity, 5, 9.5, -kInfinity}).continuous(50);

    CHECK(buckets(baseline) == Pairs{{"1.0", 1},
                                     {"2.416666666666667", 3},
                                     {"3.8333333333333335", 6},
                                     {"5.25", 9},
                                     {"6.666666666666667", 9},
                                     {"8.083333333333334", 9},
                                     {"9.5", 10},
                                     {"+Inf", 13}});
    CHECK(baseline.sum == 36.5);
    CHECK(baseline.count == 13);
}

TEST_CASE("a histogram that begins below zero has no sum", "[number_column]") {
    const auto baseline = column_of({-1, 0, 1}).continuous(50);

    CHECK(baseline.begins_negative());
    CHECK_FALSE(baseline.sum);
    CHECK_FALSE(baseline.count);
}

TEST_CASE("whether a column has a finite value", "[number_column]") {
    CHECK(column_of({kMissing, kInfinity, 0}).has_finite());
    CHECK_FALSE(column_of({kMissing, kInfinity, -kInfinity}).has_finite());
}
