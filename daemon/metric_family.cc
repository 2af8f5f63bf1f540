#include "daemon/metric_family.h"

#include <utility>

namespace boxkited {

using prometheus::MetricFamily;
using prometheus::MetricType;

MetricFamily make_family(std::string name, std::string help, MetricType type) {
    MetricFamily family;
    family.name = std::move(name);
    family.help = std::move(help);
    family.type = type;
    return family;
}

void add_metric(MetricFamily& to, double value, MetricLabels labels) {
    prometheus::ClientMetric metric;
    metric.label = std::move(labels);
    (to.type == MetricType::Counter ? metric.counter.value : metric.gauge.value) = value;
    to.metric.push_back(std::move(metric));
}

MetricFamily single_metric(std::string name, std::string help, MetricType type, double value) {
    MetricFamily family = make_family(std::move(name), std::move(help), type);
    add_metric(family, value);
    return family;
}

}  // namespace boxkited
