#include <catch2/catch.hpp>
#include <cmath>

#include "base/number_text.h"
#include "baseline/baseline.h"
#include "unit/baseline/golden.h"

using namespace boxkited;

namespace {

// "feature_0_value/age" for each variable.
std::vector<std::string> names(const Baseline& baseline) {
    std::vector<std::string> out;
    for (const auto& variable : baseline.variables)
        out.push_back(variable.metric_name + "/" + variable.feature_name);
    return out;
}

using Names = std::vector<std::string>;

}  // namespace

TEST_CASE("a histogram is read with its bounds as they are spelled", "[baseline]") {
    const Baseline baseline = good_baseline(
        "# HELP feature_3_value_baseline Baseline values for feature: age\n"
        "# TYPE feature_3_value_baseline histogram\n"
        "feature_3_value_baseline_bucket{le=\"1\"} 1.0\n"
        "feature_3_value_baseline_bucket{le=\"2.50\"} 4\n"
        "feature_3_value_baseline_bucket{le=\"+Inf\"} 6.0\n"
        "feature_3_value_baseline_count 6.0\n"
        "feature_3_value_baseline_sum 12.25\n");

    REQUIRE(baseline.variables.size() == 1);
    const BaselineVariable& age = baseline.variables[0];
    CHECK(age.metric_name == "feature_3_value");
    CHECK(age.index == 3u);
    CHECK(age.feature_name == "age");
    CHECK(age.help == "Baseline values for feature: age");
    REQUIRE(age.is_numeric());
    const NumericBaseline& numeric = age.numeric();
    REQUIRE(numeric.buckets.size() == 3);
    CHECK(numeric.buckets[1].le == "2.50");
    CHECK(numeric.buckets[1].bound == 2.5);
    CHECK(numeric.buckets[1].count == 4);
    CHECK(numeric.buckets[2].le == "+Inf");
    CHECK(std::isinf(numeric.buckets[2].bound));
    CHECK(numeric.sum == 12.25);
    CHECK(numeric.count == 6.0);
}

TEST_CASE("a counter is read with or without _total in its TYPE line", "[baseline]") {
    const std::string type = GENERATE("# TYPE inference_value_baseline_total counter\n",
                                      "# TYPE inference_value_baseline counter\n");

    const Baseline baseline =
        good_baseline(type + "inference_value_baseline_total{bin=\"b\"} 2.0\n" +
                      "inference_value_baseline_total{bin=\"a\"} 1.0\n");

    REQUIRE(baseline.variables.size() == 1);
    CHECK(baseline.variables[0].metric_name == "inference_value");
    CHECK_FALSE(baseline.variables[0].index);
    const auto& bins = baseline.variables[0].category().bins;
    REQUIRE(bins.size() == 2);
    CHECK(bins[0].name == "b");
    CHECK(bins[0].count == 2);
    CHECK(bins[1].name == "a");
}

TEST_CASE("features come in order of their index and then the predictions", "[baseline]") {
    const Baseline baseline = good_baseline(
        "# HELP inference_value_baseline_total Baseline inference values for test set\n"
        "# TYPE inference_value_baseline_total counter\n"
        "# HELP feature_10_value_baseline_total Baseline values for feature: ten\n"
        "# TYPE feature_10_value_baseline_total counter\n"
        "# TYPE feature_9_value_baseline_total counter\n"
        "# HELP feature_2_value_baseline_total How old they were\n"
        "# TYPE feature_2_value_baseline_total counter\n");

    CHECK(names(baseline) == Names{"feature_2_value/How old they were", "feature_9_value/feature_9",
                                   "feature_10_value/ten",
                                   "inference_value/Baseline inference values for test set"});
    CHECK(baseline.feature_count() == 11);
}

TEST_CASE("two features may have one name and predictions need none", "[baseline]") {
    const Baseline baseline = good_baseline(
        "# HELP feature_0_value_baseline_total Baseline values for feature: age\n"
        "# TYPE feature_0_value_baseline_total counter\n"
        "# HELP feature_1_value_baseline_total Baseline values for feature: age\n"
        "# TYPE feature_1_value_baseline_total counter\n"
        "# TYPE inference_value_baseline_total counter\n");

    CHECK(names(baseline) ==
          Names{"feature_0_value/age", "feature_1_value/age", "inference_value/inference"});
}

TEST_CASE("families may be torn apart and HELP may come late", "[baseline]") {
    const Baseline torn = good_baseline(
        "# TYPE feature_0_value_baseline_total counter\n"
        "# TYPE feature_1_value_baseline histogram\n"
        "feature_1_value_baseline_sum 3\n"
        "feature_0_value_baseline_total{bin=\"a\"} 1\n"
        "feature_1_value_baseline_count 2\n"
        "feature_1_value_baseline_bucket{le=\"1\"} 1\n"
        "feature_0_value_baseline_total{bin=\"b\"} 1\n"
        "# HELP feature_1_value_baseline Baseline values for feature: b\n"
        "feature_1_value_baseline_bucket{le=\"+Inf\"} 2\n"
        "# HELP feature_0_value_baseline_total Baseline values for feature: a\n");
    const Baseline whole = good_baseline(
        "# HELP feature_0_value_baseline_total Baseline values for feature: a\n"
        "# TYPE feature_0_value_baseline_total counter\n"
        "feature_0_value_baseline_total{bin=\"a\"} 1\n"
        "feature_0_value_baseline_total{bin=\"b\"} 1\n"
        "# HELP feature_1_value_baseline Baseline values for feature: b\n"
        "# TYPE feature_1_value_baseline histogram\n"
        "feature_1_value_baseline_bucket{le=\"1\"} 1\n"
        "feature_1_value_baseline_bucket{le=\"+Inf\"} 2\n"
        "feature_1_value_baseline_count 2\n"
        "feature_1_value_baseline_sum 3\n");

    CHECK(torn.variables == whole.variables);
}

TEST_CASE("the looser spellings of the format mean the same", "[baseline]") {
    const Baseline strict = good_baseline(
        "# HELP feature_0_value_baseline_total Baseline values for feature: a\n"
        "# TYPE feature_0_value_baseline_total counter\n"
        "feature_0_value_baseline_total{bin=\"x\"} 1.5\n");
    const std::string loose = GENERATE(
        // CRLF, and no last line end.
        "# HELP feature_0_value_baseline_total Baseline values for feature: a\r\n"
        "# TYPE feature_0_value_baseline_total counter\r\n"
        "feature_0_value_baseline_total{bin=\"x\"} 1.5",
        // A byte order mark, blanks, blank lines, comments.
        "\xEF\xBB\xBF# a comment\n#\n#HELP no\n\n \t \n"
        "#\tHELP  feature_0_value_baseline_total \t Baseline values for feature: a\n"
        "  # TYPE\tfeature_0_value_baseline_total  counter\t\n"
        " feature_0_value_baseline_total { bin = \"x\" , }\t1.5 \n",
        // OpenMetrics: exemplar, creation time, unit, end; other labels, timestamp.
        "# TYPE feature_0_value_baseline counter\n"
        "# UNIT feature_0_value_baseline\n"
        "# HELP feature_0_value_baseline Baseline values for feature: a\n"
        "feature_0_value_baseline_total{job=\"a\\\"},b\",bin=\"x\"} 15e-1 1.6e9 # {id=\"7\"} 1 2\n"
        "feature_0_value_baseline_created{job=\"a\",bin=\"x\"} 1.6e9\n"
        "# EOF\n",
        // Text 0.0.4 with a counter that is not named so, and its creation time.
        "# HELP feature_0_value_baseline Baseline values for feature: a\n"
        "# TYPE feature_0_value_baseline counter\n"
        "feature_0_value_baseline{bin=\"x\"} 1.5 1600000000000\n"
        "# TYPE feature_0_value_baseline_created gauge\n"
        "feature_0_value_baseline_created{bin=\"x\"} 1.6e9\n");
    CAPTURE(loose);

    CHECK(good_baseline(loose).variables == strict.variables);
}

TEST_CASE("escapes of labels and help are read", "[baseline]") {
    const Baseline baseline = good_baseline(
        "# HELP feature_0_value_baseline Baseline values for feature: a\\\\b\\nc\"d\\q\n"
        "# TYPE feature_0_value_baseline counter\n"
        "feature_0_value_baseline_total{bin=\"\\\\\"} 1\n"
        "feature_0_value_baseline_total{bin=\"\\\"},{\\\"\"} 1\n"
        "feature_0_value_baseline_total{bin=\"\\n\\t\"} 1\n"
        "feature_0_value_baseline_total{bin=\"\"} 1\n"
        "feature_0_value_baseline_total{bin=\"près ✓\"} 1\n");

    CHECK(baseline.variables[0].feature_name == "a\\b\nc\"d\\q");
    std::vector<std::string> bins;
    for (const auto& bin : baseline.variables[0].category().bins) bins.push_back(bin.name);
    CHECK(bins == std::vector<std::string>{"\\", "\"},{\"", "\n\\t", "", "près ✓"});
}

TEST_CASE("families that are no baseline are passed over", "[baseline]") {
    const Baseline baseline = good_baseline(
        "# HELP up Whether it is up\n# TYPE up gauge\nup 1\n"
        "# TYPE up gauge\n"
        "baseline_metrics_info{a=\"b\"} whatever\n"
        "# TYPE feature_0_value histogram\nfeature_0_value_bucket{le=\"1\"} 5\n"
        "# TYPE feature_0_value_baseline_total counter\n");

    CHECK(names(baseline) == Names{"feature_0_value/feature_0"});
}

TEST_CASE("a sum and a count may be missing and do not stand below a negative bound",
          "[baseline]") {
    const std::string type = "# TYPE inference_value_baseline histogram\n";
    const std::string infinite = "inference_value_baseline_bucket{le=\"+Inf\"} 2\n";
    const std::string counted =
        "inference_value_baseline_count 2\ninference_value_baseline_sum NaN\n";

    const NumericBaseline bare =
        good_baseline(type + "inference_value_baseline_bucket{le=\"0\"} 1\n" + infinite)
            .variables[0]
            .numeric();
    const NumericBaseline full =
        good_baseline(type + "inference_value_baseline_bucket{le=\"0\"} 1\n" + infinite + counted)
            .variables[0]
            .numeric();
    const NumericBaseline negative =
        good_baseline(type + "inference_value_baseline_bucket{le=\"-1\"} 1\n" + infinite + counted)
            .variables[0]
            .numeric();

    CHECK_FALSE(bare.sum);
    CHECK_FALSE(bare.count);
    CHECK(full.count == 2.0);
    REQUIRE(full.sum);
    CHECK(std::isnan(*full.sum));
    CHECK(negative.begins_negative());
    CHECK_FALSE(negative.sum);
    CHECK_FALSE(negative.count);
}

TEST_CASE("a million lines are read", "[baseline]") {
    constexpr std::uint64_t kBins = 1'000'000;
    std::string text = "# TYPE feature_0_value_baseline_total counter\n";
    for (std::uint64_t i = 0; i < kBins; ++i) {
        text += "feature_0_value_baseline_total{bin=\"category ";
        append_integer(text, i);
        text += "\"} 1.0\n";
    }

    const Baseline baseline = good_baseline(text);

    REQUIRE(baseline.variables[0].category().bins.size() == kBins);
    CHECK(baseline.variables[0].category().bins.back().name == "category 999999");
}
