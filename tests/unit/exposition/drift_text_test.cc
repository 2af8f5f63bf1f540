#include "exposition/drift_text.h"

#include <catch2/catch.hpp>

using namespace boxkited;

namespace {

// Of the output, with a name that needs escapes, and of a feature without values.
DriftText text() {
    const auto baseline =
        parse_baseline(R"(# HELP feature_0_value_baseline Baseline values for feature: a"b
# TYPE feature_0_value_baseline histogram
feature_0_value_baseline_bucket{le="1.0"} 1
feature_0_value_baseline_bucket{le="+Inf"} 2
# TYPE inference_value_baseline_total counter
inference_value_baseline_total{bin="no"} 3
inference_value_baseline_total{bin="yes"} 1
)");
    REQUIRE(baseline);
    const auto layout = std::make_shared<const Layout>(std::make_shared<const Baseline>(*baseline));
    DriftOptions options;
    options.minimum_observations = 4;
    return DriftText(
        Evaluator(layout, options)
            .evaluate({{"1h", std::chrono::seconds(1), {0, 0, 0, 0, 0, 3, 1, 1, 0, 0}}}, {},
                      WallTime()));
}

std::string text_as(TextFormat format, const std::string& query) {
    std::string out;
    text().append(out, format, NameFilter(query));
    return out;
}

}  // namespace

TEST_CASE("drift is on the page with names of metric and feature and window", "[exposition]") {
    CHECK(text_as(TextFormat::kPrometheus004, "") ==
          R"(# HELP boxkite_drift_score How far live values lie from the baseline
# TYPE boxkite_drift_score gauge
boxkite_drift_score{metric_name="inference_value",feature_name="inference",statistic="kl",window="1h"} 0
boxkite_drift_score{metric_name="inference_value",feature_name="inference",statistic="psi",window="1h"} 0
boxkite_drift_score{metric_name="inference_value",feature_name="inference",statistic="js",window="1h"} 0
boxkite_drift_score{metric_name="inference_value",feature_name="inference",statistic="chi_squared",window="1h"} 0
boxkite_drift_score{metric_name="inference_value",feature_name="inference",statistic="linf",window="1h"} 0
# HELP boxkite_drift_p_value How likely such a score is when nothing drifted
# TYPE boxkite_drift_p_value gauge
boxkite_drift_p_value{metric_name="inference_value",feature_name="inference",statistic="chi_squared",window="1h"} 1
# HELP boxkite_drift_detected 1 when the variable drifted, 0 when not, absent with too little data
# TYPE boxkite_drift_detected gauge
boxkite_drift_detected{metric_name="inference_value",feature_name="inference",window="1h"} 0
# HELP boxkite_drift_share Share of the variables with a verdict that drifted
# TYPE boxkite_drift_share gauge
boxkite_drift_share{window="1h"} 0
# HELP boxkite_window_observations Live values within the window
# TYPE boxkite_window_observations gauge
boxkite_window_observations{metric_name="feature_0_value",feature_name="a\"b",window="1h"} 0
boxkite_window_observations{metric_name="inference_value",feature_name="inference",window="1h"} 4
# HELP boxkite_missing_ratio Share of live values that are missing
# TYPE boxkite_missing_ratio gauge
boxkite_missing_ratio{metric_name="inference_value",feature_name="inference",window="1h"} 0.25
# HELP boxkite_unseen_ratio Share of live values in categories or ranges that the baseline never had
# TYPE boxkite_unseen_ratio gauge
boxkite_unseen_ratio{metric_name="inference_value",feature_name="inference",window="1h"} 0
# HELP boxkite_bucket_info Which bucket of a live histogram is below which
# TYPE boxkite_bucket_info untyped
boxkite_bucket_info{metric_name="feature_0_value",le="1.0",previous_le=""} 1
boxkite_bucket_info{metric_name="feature_0_value",le="+Inf",previous_le="1.0"} 1
)");
}

TEST_CASE("families without samples are left out and OpenMetrics has another word for no type",
          "[exposition]") {
    CHECK(text_as(TextFormat::kOpenMetrics100,
                  "name[]=boxkite_bucket_info&name[]=boxkite_drift_share") ==
          R"(# HELP boxkite_drift_share Share of the variables with a verdict that drifted
# TYPE boxkite_drift_share gauge
boxkite_drift_share{window="1h"} 0
# HELP boxkite_bucket_info Which bucket of a live histogram is below which
# TYPE boxkite_bucket_info unknown
boxkite_bucket_info{metric_name="feature_0_value",le="1.0",previous_le=""} 1
boxkite_bucket_info{metric_name="feature_0_value",le="+Inf",previous_le="1.0"} 1
)");
    CHECK(text_as(TextFormat::kPrometheus004, "name[]=none").empty());
}
