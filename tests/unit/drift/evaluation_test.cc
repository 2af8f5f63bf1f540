#include "drift/evaluation.h"

#include <catch2/catch.hpp>

using namespace boxkited;

namespace {

constexpr std::string_view kBaseline =
    R"(# HELP feature_0_value_baseline Baseline values for feature: age
# TYPE feature_0_value_baseline histogram
feature_0_value_baseline_bucket{le="0.0"} 100
feature_0_value_baseline_bucket{le="1.0"} 300
feature_0_value_baseline_bucket{le="+Inf"} 400
# HELP feature_1_value_baseline_total Baseline values for feature: sex
# TYPE feature_1_value_baseline_total counter
feature_1_value_baseline_total{bin="m"} 100
feature_1_value_baseline_total{bin="f"} 300
# HELP inference_value_baseline_total Baseline inference values
# TYPE inference_value_baseline_total counter
inference_value_baseline_total{bin="yes"} 10
inference_value_baseline_total{bin="__other__"} 90
)";
// Slots: age 0-2, then missing, below, above; sex 6-7, then three; inference 11-12, then three.
constexpr std::size_t kSlots = 16;

std::shared_ptr<const Layout> layout() {
    auto baseline = parse_baseline(kBaseline);
    REQUIRE(baseline);
    return std::make_shared<const Layout>(std::make_shared<const Baseline>(*std::move(baseline)));
}

Evaluation evaluate(Counts counts, std::vector<NewBin> new_bins = {},
                    const DriftOptions& options = {}) {
    counts.resize(kSlots + new_bins.size());
    for (const NewBin& bin : new_bins)
        if (counts[bin.slot] == 0) counts[bin.slot] = 50;
    return Evaluator(layout(), options)
        .evaluate({{"10m", std::chrono::seconds(600), std::move(counts)}}, std::move(new_bins),
                  WallTime());
}

const VariableDrift& of(const Evaluation& evaluation, std::uint32_t variable) {
    for (const VariableDrift& each : evaluation.windows.front().variables)
        if (each.variable == variable) return each;
    throw std::out_of_range("not evaluated");
}

}  // namespace

TEST_CASE("counts in proportion to those of training score nothing", "[drift]") {
    const Evaluation found = evaluate({50, 100, 50, 0, 0, 0, 50, 150});

    CHECK(of(found, 0).assessment.verdict == Verdict::kStable);
    CHECK(of(found, 0).assessment.score == 0);
    CHECK(of(found, 1).assessment.score == 0);
    CHECK(of(found, 0).observations == 200);
    CHECK(found.windows.front().share == 0);
}

TEST_CASE("the share is of the variables with a verdict", "[drift]") {
    const Evaluation found = evaluate({1000, 0, 0, 0, 0, 0, 250, 750});

    CHECK(of(found, 0).assessment.verdict == Verdict::kDrifted);
    CHECK(of(found, 1).assessment.verdict == Verdict::kStable);
    CHECK(of(found, 2).assessment.verdict == Verdict::kInsufficientData);
    CHECK(found.windows.front().share == 0.5);
    CHECK_FALSE(evaluate({}).windows.front().share);
}

TEST_CASE("missing values and those out of range are shares of the observations", "[drift]") {
    const VariableDrift age = of(evaluate({30, 40, 130, 10, 20, 50}), 0);

    CHECK(age.missing_ratio == 10.0 / 200);
    CHECK(age.unseen_ratio == 70.0 / 200);
    CHECK_FALSE(of(evaluate({}), 0).missing_ratio);
    CHECK_FALSE(of(evaluate({}), 0).unseen_ratio);
}

TEST_CASE("categories that the baseline lacks are bins of their own and unseen", "[drift]") {
    Counts counts(kSlots);
    counts[6] = 30;
    counts[7] = 90;
    const Evaluation found =
        evaluate(counts, {{1, kSlots + 1, "x"}, {1, kSlots, "a"}, {1, kSlots + 2, "y"}});

    CHECK(of(found, 1).observations == 270);
    CHECK(of(found, 1).unseen_ratio == 150.0 / 270);
    const Scores expected = scores(
        {std::vector<double>{100, 300, 0, 0, 0}, std::vector<double>{30, 90, 50, 50, 50}, {}});
    CHECK(of(found, 1).assessment.scores == expected);
}

TEST_CASE("a category without values in the window is no bin of it", "[drift]") {
    Counts counts(kSlots + 1);
    counts[6] = 50;
    counts[7] = 150;
    auto evaluation =
        Evaluator(layout(), {}).evaluate({{"1h", {}, counts}}, {{1, kSlots, "gone"}}, WallTime());

    CHECK(of(evaluation, 1).assessment.score == 0);
    CHECK(of(evaluation, 1).unseen_ratio == 0);
}

TEST_CASE("where training has a bin of the rest new categories count in it", "[drift]") {
    Counts counts(kSlots);
    counts[11] = 20;
    counts[12] = 80;
    const Evaluation found = evaluate(counts, {{2, kSlots, "rare"}, {2, kSlots + 1, "rarer"}});

    CHECK(of(found, 2).observations == 200);
    CHECK(of(found, 2).assessment.score == 0);
    CHECK(of(found, 2).unseen_ratio == 0);
}

TEST_CASE("a feature may have a rule of its own or none", "[drift]") {
    DriftOptions options;
    options.threshold = 0.5;
    options.features["age"] = {Statistic::kKs, 0.9, false};
    options.features["sex"] = {std::nullopt, std::nullopt, true};
    const Evaluation found = evaluate({1000, 0, 0, 0, 0, 0, 7, 8}, {}, options);

    CHECK(of(found, 0).assessment.statistic == Statistic::kKs);
    CHECK(of(found, 0).assessment.threshold == 0.9);
    CHECK(of(found, 0).assessment.verdict == Verdict::kStable);
    CHECK(of(found, 2).assessment.threshold == 0.5);
    CHECK(found.windows.front().variables.size() == 2);
}

TEST_CASE("a feature's own statistic has its own default threshold", "[drift]") {
    DriftOptions options;
    options.threshold = 0.5;
    options.features["age"].statistic = Statistic::kJs;
    const BaselineVariable age{"feature_0_value", 0, "age", "", NumericBaseline()};

    CHECK(options.rule_of(age).threshold == default_threshold(Statistic::kJs));
    options.features["age"] = {std::nullopt, 0.7, false};
    CHECK(options.rule_of(age).threshold == 0.7);
    CHECK(options.rule_of(age).statistic == Statistic::kPsi);
}

TEST_CASE("options that do not go with the baseline are told", "[drift]") {
    const auto baseline = parse_baseline(kBaseline);
    DriftOptions options;
    options.features["age"].statistic = Statistic::kWasserstein;
    options.features["inference"].statistic = Statistic::kChiSquared;
    CHECK(misfits(options, *baseline).error.empty());
    CHECK(misfits(options, *baseline).warnings.empty());

    options.features["sex"].statistic = Statistic::kKs;
    options.features["Age"].ignore = true;

    const DriftMisfits found = misfits(options, *baseline);
    CHECK(
        found.error ==
        "drift.features.sex.statistic: ks is not defined for the feature, which is discrete");
    CHECK(found.warnings ==
          std::vector<std::string>{
              "drift.features.Age: the baseline has no feature of that name"});
}
