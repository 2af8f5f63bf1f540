#include "baseline/baseline.h"

#include <catch2/catch.hpp>
#include <limits>

using namespace boxkited;

namespace {

BaselineVariable with_help(std::string help) {
    BaselineVariable variable;
    variable.metric_name = "feature_0_value";
    variable.index = 0;
    variable.help = std::move(help);
    variable.distribution = CategoryBaseline{{{"a", 1}}};
    return variable;
}

BaselineVariable with_sum(std::optional<double> sum) {
    BaselineVariable variable = with_help("Baseline values for feature: age");
    variable.distribution = NumericBaseline{
        {{"1.0", 1, 2}, {"+Inf", std::numeric_limits<double>::infinity(), 3}}, sum, 3};
    return variable;
}

}  // namespace

TEST_CASE("the help of a live family says Real time where the baseline says Baseline",
          "[baseline]") {
    CHECK(with_help("Baseline values for feature: age").live_help() ==
          "Real time values for feature: age");
    CHECK(with_help("Ages at Baseline").live_help() == "Ages at Baseline");
    CHECK(with_help("").live_help().empty());
}

TEST_CASE("the feature count goes by the highest index", "[baseline]") {
    Baseline baseline;
    CHECK(baseline.feature_count() == 0);

    baseline.variables = {with_help("a"), with_help("b"), with_help("c")};
    baseline.variables[1].index = 6;
    baseline.variables[2].index = std::nullopt;

    CHECK(baseline.feature_count() == 7);
}

TEST_CASE("variables are the same when their baseline text is", "[baseline]") {
    constexpr double kNan = std::numeric_limits<double>::quiet_NaN();

    CHECK(with_sum(4) == with_sum(4));
    CHECK(with_sum(kNan) == with_sum(kNan));
    CHECK_FALSE(with_sum(4) == with_sum(5));
    CHECK_FALSE(with_sum(4) == with_sum(std::nullopt));
    CHECK_FALSE(with_sum(4) == with_help("Baseline values for feature: age"));
    CHECK_FALSE(with_help("one") == with_help("another"));
}

TEST_CASE("an error names the file and the line", "[baseline]") {
    const std::string reason = "bounds of feature_2_value_baseline do not increase";

    CHECK(to_string(BaselineError{14, reason}, "histogram.prom") ==
          "histogram.prom:14: bounds of feature_2_value_baseline do not increase");
    CHECK(to_string(BaselineError{0, "is a directory"}, "/artefact") ==
          "/artefact: is a directory");
}
