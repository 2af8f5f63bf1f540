#include "exposition/bucket_info.h"

#include <catch2/catch.hpp>

using namespace boxkited;

TEST_CASE("bounds are spelled as Prometheus 3 stores them", "[exposition]") {
    const auto [bound, text] = GENERATE(table<double, std::string>({
        {0, "0.0"},
        {-0.0, "-0.0"},
        {1, "1.0"},
        {-2.5, "-2.5"},
        {0.1, "0.1"},
        {0.0001, "0.0001"},
        {0.00001, "1e-05"},
        {-0.000012, "-1.2e-05"},
        {999999, "999999.0"},
        {999999.5, "999999.5"},
        {1000000, "1e+06"},
        {1234567.5, "1.2345675e+06"},
        {-123456789, "-1.23456789e+08"},
        {1e16, "1e+16"},
        {1.5e300, "1.5e+300"},
        {5e-324, "5e-324"},
        {INFINITY, "+Inf"},
    }));

    CHECK(prometheus_bound(bound) == text);
}

TEST_CASE("a bucket of another spelling stands there in both", "[exposition]") {
    const auto baseline = parse_baseline(R"(# TYPE inference_value_baseline histogram
inference_value_baseline_bucket{le="2.0"} 1
inference_value_baseline_bucket{le="2000000.0"} 2
inference_value_baseline_bucket{le="+Inf"} 3
)");
    REQUIRE(baseline);

    CHECK(bucket_info_text(*baseline) ==
          R"(boxkite_bucket_info{metric_name="inference_value",le="2.0",previous_le=""} 1
boxkite_bucket_info{metric_name="inference_value",le="2000000.0",previous_le="2.0"} 1
boxkite_bucket_info{metric_name="inference_value",le="2e+06",previous_le="2.0"} 1
boxkite_bucket_info{metric_name="inference_value",le="+Inf",previous_le="2000000.0"} 1
boxkite_bucket_info{metric_name="inference_value",le="+Inf",previous_le="2e+06"} 1
)");
}

TEST_CASE("without continuous variables there is no bucket", "[exposition]") {
    CHECK(bucket_info_text(Baseline()).empty());
}
