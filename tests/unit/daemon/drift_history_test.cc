#include "daemon/drift_history.h"

#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>

namespace boxkited {
namespace {

using nlohmann::json;

std::shared_ptr<const Layout> layout() {
    auto baseline = parse_baseline(
        "# HELP feature_0_value_baseline_total Baseline values for feature: sex\n"
        "# TYPE feature_0_value_baseline_total counter\n"
        "feature_0_value_baseline_total{bin=\"m\"} 100\n");
    REQUIRE(baseline);
    return std::make_shared<const Layout>(std::make_shared<const Baseline>(*std::move(baseline)));
}

Evaluation evaluation(const std::shared_ptr<const Layout>& layout, std::chrono::seconds at,
                      std::optional<double> score, Verdict verdict) {
    VariableDrift drift;
    drift.variable = 0;
    drift.assessment.score = score;
    drift.assessment.verdict = verdict;
    return {layout, {}, WallTime(at), {{{"10m", {}, {}}, {}, {drift}}}};
}

json shown(const DriftHistory& history) {
    const auto text = history.json("feature_0_value");
    REQUIRE(text);
    return json::parse(*text);
}

TEST_CASE("the history has the score and the verdict of each evaluation", "[daemon]") {
    DriftHistory history;
    const auto same = layout();

    history.add(evaluation(same, std::chrono::seconds(10), {}, Verdict::kInsufficientData));
    history.add(evaluation(same, std::chrono::seconds(20), 0.1, Verdict::kStable));
    history.add(evaluation(same, std::chrono::seconds(30), 0.5, Verdict::kDrifted));

    CHECK(shown(history) == json::parse(R"({"metric_name": "feature_0_value",
        "times": [10.0, 20.0, 30.0],
        "windows": {"10m": {"scores": [null, 0.1, 0.5], "drifted": [null, false, true]}}})"));
    CHECK_FALSE(history.json("feature_1_value"));
}

TEST_CASE("a history that is full keeps every other evaluation, until it spans a day", "[daemon]") {
    DriftHistory history;
    const auto same = layout();
    const auto add = [&](int minute) {
        history.add(evaluation(same, std::chrono::minutes(minute), 1, Verdict::kDrifted));
    };

    for (int minute = 0; minute < 242; ++minute) add(minute);
    const auto thinned = shown(history)["times"];
    for (int minute = 242; minute < 5 * 24 * 60; ++minute) add(minute);
    const auto days = shown(history)["times"];

    CHECK(thinned.size() == 121);
    CHECK(thinned[0] == 60);
    CHECK(thinned[1] == 180);
    CHECK(thinned.back() == 241 * 60);
    CHECK(days.size() == DriftHistory::kMostPoints);
    const double span = days.back().get<double>() - days.front().get<double>();
    CHECK(span >= 24 * 3600);
    CHECK(span <= 49 * 3600);
}

TEST_CASE("after the clock was set back the history goes on from there", "[daemon]") {
    DriftHistory history;
    const auto same = layout();

    for (const int second : {10, 20, 100, 110, 20, 30})
        history.add(evaluation(same, std::chrono::seconds(second), 1, Verdict::kDrifted));

    CHECK(shown(history)["times"] == json{10.0, 20.0, 30.0});
}

TEST_CASE("a thinned history begins anew where the clock was set back behind it", "[daemon]") {
    DriftHistory history;
    const auto same = layout();
    for (int minute = 100; minute < 342; ++minute)
        history.add(evaluation(same, std::chrono::minutes(minute), 1, Verdict::kDrifted));

    history.add(evaluation(same, std::chrono::minutes(1), 1, Verdict::kDrifted));
    history.add(evaluation(same, std::chrono::minutes(2), 1, Verdict::kDrifted));

    CHECK(shown(history)["times"] == json{60.0, 120.0});
}

TEST_CASE("another baseline begins another history", "[daemon]") {
    DriftHistory history;

    history.add(evaluation(layout(), std::chrono::seconds(10), 1, Verdict::kDrifted));
    history.add(evaluation(layout(), std::chrono::seconds(20), 1, Verdict::kDrifted));

    CHECK(shown(history)["times"] == json{20.0});
}

}  // namespace
}  // namespace boxkited
