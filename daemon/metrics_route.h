#pragma once

#include <memory>

#include "base/guarded.h"
#include "daemon/drift_service.h"
#include "daemon/own_metrics.h"
#include "exposition/distributions_text.h"
#include "http/message.h"
#include "monitor/live_distributions.h"
#include "prediction_log/prediction_log.h"

namespace boxkited {

// `GET /metrics`: the distributions, their drift, then what the daemon counts of itself.
//
// Threads: any thread may call it; copies share what they have rendered.
class MetricsRoute {
public:
    MetricsRoute(const LiveDistributions& live, const DriftService& drift, const PredictionLog& log,
                 const OwnMetrics& metrics);

    void operator()(const http::Request& request, http::Response& response) const;

private:
    // What never changes between two reloads is rendered once.
    std::shared_ptr<const DistributionsText> text_of(
        const std::shared_ptr<const Layout>& layout) const;

    struct Rendered {
        std::shared_ptr<const Layout> layout;
        std::shared_ptr<const DistributionsText> text;
    };

    const LiveDistributions& live_;
    const DriftService& drift_;
    const PredictionLog& log_;
    const OwnMetrics& metrics_;
    std::shared_ptr<Guarded<Rendered>> rendered_;
};

}  // namespace boxkited
