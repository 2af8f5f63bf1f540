#include "exposition/distributions_text.h"

#include <catch2/catch.hpp>

#include "unit/baseline/golden.h"

using namespace boxkited;

namespace {

constexpr std::string_view kBaseline =
    R"(# HELP feature_0_value_baseline Baseline values for feature: "age" \\ \n
# TYPE feature_0_value_baseline histogram
feature_0_value_baseline_bucket{le="0"} 1
feature_0_value_baseline_bucket{le="1.50"} 3
feature_0_value_baseline_bucket{le="+Inf"} 4
feature_0_value_baseline_sum 5.5
feature_0_value_baseline_count 4
# HELP feature_2_value_baseline Baseline values for feature: change
# TYPE feature_2_value_baseline histogram
feature_2_value_baseline_bucket{le="-1.0"} 1
feature_2_value_baseline_bucket{le="+Inf"} 4
# HELP inference_value_baseline_total Baseline inference values for test set
# TYPE inference_value_baseline_total counter
inference_value_baseline_total{bin="a\\\"\n"} 2
inference_value_baseline_total{bin="b"} 2000000
)";

LiveSnapshot snapshot_of(std::string_view baseline) {
    LiveSnapshot snapshot;
    snapshot.layout =
        std::make_shared<const Layout>(std::make_shared<const Baseline>(good_baseline(baseline)));
    snapshot.counts.resize(snapshot.layout->slots());
    snapshot.sums.resize(snapshot.layout->variables().size());
    return snapshot;
}

LiveSnapshot live() {
    LiveSnapshot snapshot = snapshot_of(kBaseline);
    snapshot.counts = {1, 20, 300, 0, 0, 0, 4, 50, 0, 0, 0, 6, 7, 0, 0, 0, 8, 9, 10};
    snapshot.sums = {0.1, -3, 0};
    snapshot.new_bins = {{2, 18, "second"}, {2, 16, std::string("nul\0\\u", 6)}, {2, 17, "__other__"}};
    return snapshot;
}

std::string text_of(const LiveSnapshot& snapshot, TextFormat format,
                    const std::string& query = "") {
    std::string text;
    DistributionsText(snapshot.layout).append(text, snapshot, format, NameFilter(query));
    return text;
}

}  // namespace

TEST_CASE("each live family stands behind its baseline", "[exposition]") {
    CHECK(text_of(live(), TextFormat::kPrometheus004) ==
          R"(# HELP feature_0_value_baseline Baseline values for feature: "age" \\ \n
# TYPE feature_0_value_baseline histogram
feature_0_value_baseline_bucket{le="0"} 1.0
feature_0_value_baseline_bucket{le="1.50"} 3.0
feature_0_value_baseline_bucket{le="+Inf"} 4.0
feature_0_value_baseline_count 4.0
feature_0_value_baseline_sum 5.5
# HELP feature_0_value Real time values for feature: "age" \\ \n
# TYPE feature_0_value histogram
feature_0_value_bucket{le="0"} 1
feature_0_value_bucket{le="1.50"} 21
feature_0_value_bucket{le="+Inf"} 321
feature_0_value_count 321
feature_0_value_sum 0.1
# HELP feature_2_value_baseline Baseline values for feature: change
# TYPE feature_2_value_baseline histogram
feature_2_value_baseline_bucket{le="-1.0"} 1.0
feature_2_value_baseline_bucket{le="+Inf"} 4.0
# HELP feature_2_value Real time values for feature: change
# TYPE feature_2_value histogram
feature_2_value_bucket{le="-1.0"} 4
feature_2_value_bucket{le="+Inf"} 54
feature_2_value_count 54
# HELP inference_value_baseline_total Baseline inference values for test set
# TYPE inference_value_baseline_total counter
inference_value_baseline_total{bin="a\\\"\n"} 2.0
inference_value_baseline_total{bin="b"} 2e+06
# HELP inference_value_total Real time inference values for test set
# TYPE inference_value_total counter
inference_value_total{bin="a\\\"\n"} 6
inference_value_total{bin="b"} 7
inference_value_total{bin="second"} 10
inference_value_total{bin="nul\\u0000\\u"} 8
inference_value_total{bin="__other__"} 9
# HELP baseline_metrics_info Metadata about the baseline training metrics
# TYPE baseline_metrics_info gauge
baseline_metrics_info{feature_name="\"age\" \\ \n",metric_name="feature_0_value_baseline",metric_type="histogram"} 1
baseline_metrics_info{feature_name="change",metric_name="feature_2_value_baseline",metric_type="histogram"} 1
baseline_metrics_info{feature_name="Baseline inference values for test set",metric_name="inference_value_baseline",metric_type="counter"} 1
)");
}

TEST_CASE("OpenMetrics names counters without total and leaves out a count without a sum",
          "[exposition]") {
    CHECK(text_of(live(), TextFormat::kOpenMetrics100) ==
          R"(# HELP feature_0_value_baseline Baseline values for feature: \"age\" \\ \n
# TYPE feature_0_value_baseline histogram
feature_0_value_baseline_bucket{le="0"} 1.0
feature_0_value_baseline_bucket{le="1.50"} 3.0
feature_0_value_baseline_bucket{le="+Inf"} 4.0
feature_0_value_baseline_count 4.0
feature_0_value_baseline_sum 5.5
# HELP feature_0_value Real time values for feature: \"age\" \\ \n
# TYPE feature_0_value histogram
feature_0_value_bucket{le="0"} 1
feature_0_value_bucket{le="1.50"} 21
feature_0_value_bucket{le="+Inf"} 321
feature_0_value_count 321
feature_0_value_sum 0.1
# HELP feature_2_value_baseline Baseline values for feature: change
# TYPE feature_2_value_baseline histogram
feature_2_value_baseline_bucket{le="-1.0"} 1.0
feature_2_value_baseline_bucket{le="+Inf"} 4.0
# HELP feature_2_value Real time values for feature: change
# TYPE feature_2_value histogram
feature_2_value_bucket{le="-1.0"} 4
feature_2_value_bucket{le="+Inf"} 54
# HELP inference_value_baseline Baseline inference values for test set
# TYPE inference_value_baseline counter
inference_value_baseline_total{bin="a\\\"\n"} 2.0
inference_value_baseline_total{bin="b"} 2e+06
# HELP inference_value Real time inference values for test set
# TYPE inference_value counter
inference_value_total{bin="a\\\"\n"} 6
inference_value_total{bin="b"} 7
inference_value_total{bin="second"} 10
inference_value_total{bin="nul\\u0000\\u"} 8
inference_value_total{bin="__other__"} 9
# HELP baseline_metrics_info Metadata about the baseline training metrics
# TYPE baseline_metrics_info gauge
baseline_metrics_info{feature_name="\"age\" \\ \n",metric_name="feature_0_value_baseline",metric_type="histogram"} 1
baseline_metrics_info{feature_name="change",metric_name="feature_2_value_baseline",metric_type="histogram"} 1
baseline_metrics_info{feature_name="Baseline inference values for test set",metric_name="inference_value_baseline",metric_type="counter"} 1
)");
}

TEST_CASE("a filter picks families whole", "[exposition]") {
    const std::string query = "name[]=feature_2_value_bucket&name[]=inference_value_baseline_total";

    CHECK(text_of(live(), TextFormat::kPrometheus004, query) ==
          R"(# HELP feature_2_value Real time values for feature: change
# TYPE feature_2_value histogram
feature_2_value_bucket{le="-1.0"} 4
feature_2_value_bucket{le="+Inf"} 54
feature_2_value_count 54
# HELP inference_value_baseline_total Baseline inference values for test set
# TYPE inference_value_baseline_total counter
inference_value_baseline_total{bin="a\\\"\n"} 2.0
inference_value_baseline_total{bin="b"} 2e+06
)");
    CHECK(text_of(live(), TextFormat::kPrometheus004, "name[]=none").empty());
}

TEST_CASE("a counter without bins shows what came later", "[exposition]") {
    LiveSnapshot snapshot = snapshot_of("# TYPE feature_0_value_baseline_total counter\n");
    snapshot.counts = {0, 0, 0, 5};
    snapshot.new_bins = {{0, 3, "new"}};

    CHECK(text_of(snapshot, TextFormat::kPrometheus004, "name[]=feature_0_value") ==
          "# TYPE feature_0_value_total counter\nfeature_0_value_total{bin=\"new\"} 5\n");
}

TEST_CASE("counts of any size are written in full", "[exposition]") {
    LiveSnapshot snapshot = snapshot_of(
        "# TYPE feature_0_value_baseline_total counter\n"
        "feature_0_value_baseline_total{bin=\"x\"} 1\n");
    snapshot.counts = {18'446'744'073'709'551'615u};

    CHECK(text_of(snapshot, TextFormat::kPrometheus004, "name[]=feature_0_value") ==
          "# TYPE feature_0_value_total counter\n"
          "feature_0_value_total{bin=\"x\"} 18446744073709551615\n");
}
