#include "exposition/families_text.h"

#include <prometheus/client_metric.h>
#include <prometheus/metric_family.h>

#include <cmath>

#include "base/number_text.h"
#include "exposition/sample_text.h"

namespace boxkited {

namespace {

using prometheus::ClientMetric;
using prometheus::MetricFamily;
using prometheus::MetricType;

std::string_view type_name(MetricType type, TextFormat format) {
    switch (type) {
        case MetricType::Counter:
            return "counter";
        case MetricType::Gauge:
            return "gauge";
        case MetricType::Summary:
            return "summary";
        case MetricType::Histogram:
            return "histogram";
        case MetricType::Untyped:
            break;
    }
    return format == TextFormat::kOpenMetrics100 ? "unknown" : "untyped";
}

// `name{labels} `, with one more label behind those of the metric.
struct ExtraLabel {
    std::string_view name;
    std::string value;
};
std::string prefix(std::string name, const ClientMetric& metric, const ExtraLabel& extra = {}) {
    char before = '{';
    for (const auto& label : metric.label) {
        name += before;
        append_label(name, label.name, label.value);
        before = ',';
    }
    if (!extra.name.empty()) {
        name += before;
        append_label(name, extra.name, extra.value);
        before = ',';
    }
    return name += before == ',' ? "} " : " ";
}

// Spelled alike in both formats, so that a series does not change with what a scraper asks for.
std::string bound_text(double bound) { return std::isinf(bound) ? "+Inf" : python_float(bound); }

void append_histogram(std::string& out, const std::string& name, const ClientMetric& metric) {
    const auto& histogram = metric.histogram;
    bool has_infinite = false;
    for (const auto& bucket : histogram.bucket) {
        has_infinite = std::isinf(bucket.upper_bound);
        append_count_line(out,
                          prefix(name + "_bucket", metric, {"le", bound_text(bucket.upper_bound)}),
                          bucket.cumulative_count);
    }
    if (!has_infinite)
        append_count_line(out, prefix(name + "_bucket", metric, {"le", "+Inf"}),
                          histogram.sample_count);
    append_count_line(out, prefix(name + "_count", metric), histogram.sample_count);
    append_value_line(out, prefix(name + "_sum", metric), histogram.sample_sum);
}

void append_summary(std::string& out, const std::string& name, const ClientMetric& metric) {
    for (const auto& each : metric.summary.quantile)
        append_value_line(out, prefix(name, metric, {"quantile", python_float(each.quantile)}),
                          each.value);
    append_count_line(out, prefix(name + "_count", metric), metric.summary.sample_count);
    append_value_line(out, prefix(name + "_sum", metric), metric.summary.sample_sum);
}

// OpenMetrics wants `_total` behind every counter; text 0.0.4 has the name as it was given.
std::string counter_name(const std::string& name, TextFormat format) {
    const bool complete = format == TextFormat::kPrometheus004 || name.ends_with("_total");
    return complete ? name : name + "_total";
}

void append_metric(std::string& out, const MetricFamily& family, const ClientMetric& metric,
                   TextFormat format) {
    switch (family.type) {
        case MetricType::Counter:
            return append_value_line(out, prefix(counter_name(family.name, format), metric),
                                     metric.counter.value);
        case MetricType::Gauge:
            return append_value_line(out, prefix(family.name, metric), metric.gauge.value);
        case MetricType::Untyped:
            return append_value_line(out, prefix(family.name, metric), metric.untyped.value);
        case MetricType::Summary:
            return append_summary(out, family.name, metric);
        case MetricType::Histogram:
            return append_histogram(out, family.name, metric);
    }
}

}  // namespace

void append_families(std::string& out, const std::vector<MetricFamily>& families, TextFormat format,
                     const NameFilter& filter) {
    for (const MetricFamily& family : families) {
        if (family.metric.empty() || !filter.takes(family.name)) continue;
        append_head(out, family.name, type_name(family.type, format), family.help, format);
        for (const ClientMetric& metric : family.metric) append_metric(out, family, metric, format);
    }
}

}  // namespace boxkited
