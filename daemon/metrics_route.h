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
    MetricsRoute(const LiveDistributions& live, DriftService& drift, const PredictionLog& log,
                 const OwnMetrics& metrics);

    // Right after the start the answer is held until drift is judged.
    void operator()(const http::Request& request, http::Response& response) const;

private:
    // What a scrape shows, all of one moment.
    struct Scrape {
        LiveSnapshot snapshot;
        std::shared_ptr<const DistributionsText> distributions;
        std::shared_ptr<const DriftText> drift;  // Null right after the start or a reload.
        TextFormat format;
        NameFilter filter;
    };

    void answer(const http::Request& request, http::Response& response) const;
    std::shared_ptr<http::Hold> hold(const http::Request& request) const;
    Scrape begin(const http::Request& request) const;
    std::string own_text(const Scrape& scrape) const;
    std::string plain_text(const Scrape& scrape) const;
    std::string packed_text(const Scrape& scrape) const;

    std::shared_ptr<const DistributionsText> text_of(
        const std::shared_ptr<const Layout>& layout) const;

    const LiveDistributions& live_;
    DriftService& drift_;
    const PredictionLog& log_;
    const OwnMetrics& metrics_;
    // Until the thread that judges drift has a packed one.
    std::shared_ptr<Guarded<std::shared_ptr<const DistributionsText>>> rendered_;
};

}  // namespace boxkited
