#include "drift/statistic.h"

#include <catch2/catch.hpp>
#include <tuple>
#include <vector>

using namespace boxkited;

TEST_CASE("each statistic has a label and applies to its kinds of variables", "[drift]") {
    using Row = std::tuple<std::string_view, bool, bool, double>;
    std::vector<Row> rows;
    for (const Statistic statistic : kStatistics)
        rows.emplace_back(label(statistic), is_defined_for(statistic, VariableKind::kContinuous),
                          is_defined_for(statistic, VariableKind::kDiscrete),
                          default_threshold(statistic));

    CHECK(rows == std::vector<Row>{{"ks", true, false, 0.1},
                                   {"kl", true, true, 0.2},
                                   {"psi", true, true, 0.2},
                                   {"js", true, true, 0.1},
                                   {"wasserstein", true, false, 0.1},
                                   {"chi_squared", false, true, 0},
                                   {"linf", true, true, 0.1}});
}

TEST_CASE("a statistic is found by its label alone", "[drift]") {
    for (const Statistic statistic : kStatistics)
        CHECK(statistic_named(label(statistic)) == statistic);

    CHECK(statistic_named("PSI") == std::nullopt);
    CHECK(statistic_named("") == std::nullopt);
}

TEST_CASE("a variable is continuous or discrete", "[drift]") {
    CHECK(label(VariableKind::kContinuous) == "continuous");
    CHECK(label(VariableKind::kDiscrete) == "discrete");
}
