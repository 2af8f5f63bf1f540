#include "exposition/families_text.h"

#include <prometheus/metric_family.h>

#include <catch2/catch.hpp>
#include <limits>

using namespace boxkited;
using prometheus::ClientMetric;
using prometheus::MetricFamily;
using prometheus::MetricType;

namespace {

ClientMetric labelled(std::vector<ClientMetric::Label> labels) {
    ClientMetric metric;
    metric.label = std::move(labels);
    return metric;
}

MetricFamily events() {
    ClientMetric http = labelled({{"transport", "http"}, {"result", "a\\b\"c\nd"}});
    http.counter.value = 1234567;
    return {"boxkited_events_total", "Events \"taken\"\\\nor not", MetricType::Counter, {http}};
}

MetricFamily queue() {
    ClientMetric metric;
    metric.gauge.value = -0.25;
    return {"boxkited_log_queue_events", "", MetricType::Gauge, {metric}};
}

MetricFamily duration() {
    ClientMetric metric = labelled({{"route", "/metrics"}});
    metric.histogram.bucket = {{2, 0.005}, {5, 1}, {7, std::numeric_limits<double>::infinity()}};
    metric.histogram.sample_count = 7;
    metric.histogram.sample_sum = 12.5;
    return {"boxkited_request_duration_seconds", "How long", MetricType::Histogram, {metric}};
}

std::string text_of(const std::vector<MetricFamily>& families, TextFormat format,
                    const NameFilter& filter = {}) {
    std::string text;
    append_families(text, families, format, filter);
    return text;
}

}  // namespace

TEST_CASE("the daemon's families are written as text 0.0.4", "[exposition]") {
    CHECK(text_of({events(), queue(), duration()}, TextFormat::kPrometheus004) ==
          R"(# HELP boxkited_events_total Events "taken"\\\nor not
# TYPE boxkited_events_total counter
boxkited_events_total{transport="http",result="a\\b\"c\nd"} 1234567
# TYPE boxkited_log_queue_events gauge
boxkited_log_queue_events -0.25
# HELP boxkited_request_duration_seconds How long
# TYPE boxkited_request_duration_seconds histogram
boxkited_request_duration_seconds_bucket{route="/metrics",le="0.005"} 2
boxkited_request_duration_seconds_bucket{route="/metrics",le="1.0"} 5
boxkited_request_duration_seconds_bucket{route="/metrics",le="+Inf"} 7
boxkited_request_duration_seconds_count{route="/metrics"} 7
boxkited_request_duration_seconds_sum{route="/metrics"} 12.5
)");
}

TEST_CASE("in OpenMetrics the total belongs to the sample and quotes in help are escaped",
          "[exposition]") {
    MetricFamily misnamed = events();
    misnamed.name = "boxkited_events";

    const std::string expected = R"(# HELP boxkited_events Events \"taken\"\\\nor not
# TYPE boxkited_events counter
boxkited_events_total{transport="http",result="a\\b\"c\nd"} 1234567
)";
    CHECK(text_of({events()}, TextFormat::kOpenMetrics100) == expected);
    CHECK(text_of({misnamed}, TextFormat::kOpenMetrics100) == expected);
}

TEST_CASE("summaries and untyped families are written too", "[exposition]") {
    ClientMetric summary;
    summary.summary.quantile = {{0.5, std::numeric_limits<double>::quiet_NaN()}, {1, 3}};
    summary.summary.sample_count = 2;
    summary.summary.sample_sum = 4;
    ClientMetric untyped = labelled({{"a", "b"}});
    untyped.untyped.value = -std::numeric_limits<double>::infinity();
    const std::vector<MetricFamily> families{{"s", "S", MetricType::Summary, {summary}},
                                             {"u", "U", MetricType::Untyped, {untyped}}};

    const std::string text = R"(# HELP s S
# TYPE s summary
s{quantile="0.5"} NaN
s{quantile="1.0"} 3
s_count 2
s_sum 4
# HELP u U
# TYPE u untyped
u{a="b"} -Inf
)";
    std::string openmetrics = text;
    openmetrics.replace(openmetrics.find("untyped"), 7, "unknown");
    CHECK(text_of(families, TextFormat::kPrometheus004) == text);
    CHECK(text_of(families, TextFormat::kOpenMetrics100) == openmetrics);
}

TEST_CASE("a histogram without a last bucket gets one", "[exposition]") {
    MetricFamily family = duration();
    family.metric[0].histogram.bucket.pop_back();

    CHECK(text_of({family}, TextFormat::kPrometheus004) ==
          text_of({duration()}, TextFormat::kPrometheus004));
}

TEST_CASE("families that are not asked for or have no metric are left out", "[exposition]") {
    const NameFilter filter("name[]=boxkited_log_queue_events&name[]=empty");
    const MetricFamily empty{"empty", "Nothing", MetricType::Gauge, {}};

    CHECK(text_of({events(), queue(), duration(), empty}, TextFormat::kPrometheus004, filter) ==
          "# TYPE boxkited_log_queue_events gauge\nboxkited_log_queue_events -0.25\n");
}
