#include "exposition/line_values.h"

#include <catch2/catch.hpp>
#include <cmath>
#include <vector>

using namespace boxkited;

TEST_CASE("counts are written as any other integers", "[exposition]") {
    std::vector<std::uint64_t> counts{0, UINT64_MAX};
    for (std::uint64_t power = 1; power < 10'000'000'000'000'000'000U; power *= 10)
        counts.insert(counts.end(), {power - 1, power, power + 1, 3 * power});

    LineValues values;
    values.add(counts, LineValues::Counts::kEach);

    REQUIRE(values.size() == counts.size());
    for (std::size_t i = 0; i < counts.size(); ++i)
        CHECK(values[i] == std::to_string(counts[i]) + '\n');
}

TEST_CASE("cumulative counts hold those before them", "[exposition]") {
    LineValues values;

    const auto sum =
        values.add(std::vector<std::uint64_t>{1, 20, 300}, LineValues::Counts::kCumulative);

    CHECK(sum == 321);
    CHECK(values[0] == "1\n");
    CHECK(values[1] == "21\n");
    CHECK(values[2] == "321\n");
}

TEST_CASE("values of all kinds stand side by side", "[exposition]") {
    LineValues values;

    values.add(0.1);
    values.add_none();
    values.add(std::nan(""));
    values.add(-HUGE_VAL);
    values.add(-2.2250738585072014e-308);
    values.add_lines("a 1\nb 2\n");
    values.add(std::uint64_t{5});

    REQUIRE(values.size() == 7);
    CHECK(values[0] == "0.1\n");
    CHECK(values[1].empty());
    CHECK(values[2] == "NaN\n");
    CHECK(values[3] == "-Inf\n");
    CHECK(values[4] == "-2.2250738585072014e-308\n");
    CHECK(values[5] == "a 1\nb 2\n");
    CHECK(values[6] == "5\n");
}
