#pragma once

#include <prometheus/metric_family.h>

#include <string>
#include <vector>

namespace boxkited {

// Families of counters and gauges, for numbers that are kept elsewhere.
//
// Threads: any.

using MetricLabels = std::vector<prometheus::ClientMetric::Label>;

prometheus::MetricFamily make_family(std::string name, std::string help,
                                     prometheus::MetricType type);

void add_metric(prometheus::MetricFamily& to, double value, MetricLabels labels = {});

// With one metric, which has no labels.
prometheus::MetricFamily single_metric(std::string name, std::string help,
                                       prometheus::MetricType type, double value);

}  // namespace boxkited
