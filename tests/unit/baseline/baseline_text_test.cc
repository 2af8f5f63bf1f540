#include "baseline/baseline_text.h"

#include <catch2/catch.hpp>

#include "unit/baseline/golden.h"

using namespace boxkited;

TEST_CASE("golden baselines are read and written back byte for byte", "[baseline]") {
    const std::string name = GENERATE("diabetes", "iris", "edge", "wide");
    CAPTURE(name);
    const std::string text = golden_file(name + "/histogram.prom");

    const Baseline baseline = good_baseline(text);

    CHECK(to_prometheus_text(baseline) == text);
    CHECK(good_baseline(to_prometheus_text(baseline)).variables == baseline.variables);
}

TEST_CASE("what is hard to write is read back the same", "[baseline]") {
    const std::string text =
        "# HELP feature_4_value_baseline_total Baseline \\\\ \\n \"quoted\"\n"
        "# TYPE feature_4_value_baseline_total counter\n"
        "feature_4_value_baseline_total{bin=\"\\\\ \\n \\\"quoted\\\" \r près\"} 1e+06\n"
        "feature_4_value_baseline_total{bin=\"\"} 1.2345675e+06\n"
        "feature_4_value_baseline_total{bin=\"+Inf\"} 1e+20\n"
        "# TYPE feature_7_value_baseline_total counter\n"
        "# TYPE inference_value_baseline histogram\n"
        "inference_value_baseline_bucket{le=\"0\"} 0.5\n"
        "inference_value_baseline_bucket{le=\"1.00\"} 1e-07\n"
        "inference_value_baseline_bucket{le=\"+Inf\"} 999999.0\n"
        "inference_value_baseline_sum -Inf\n";
    std::string rising = text;
    rising.replace(rising.find("} 1e-07"), 7, "} 0.75");

    CHECK(to_prometheus_text(good_baseline(rising)) == rising);
}
