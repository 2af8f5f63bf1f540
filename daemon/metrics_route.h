#pragma once

#include <compare>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "base/guarded.h"
#include "daemon/drift_service.h"
#include "daemon/own_metrics.h"
#include "exposition/distributions_text.h"
#include "http/message.h"
#include "monitor/live_distributions.h"
#include "prediction_log/prediction_log.h"
#include "shipping/shipper.h"

namespace boxkited {

// `GET /metrics`: the distributions, their drift, then what the daemon counts of itself.
//
// A scrape of much text is rendered on the thread that judges drift, so that no event waits for it;
// those that ask for the same meanwhile share what comes out.
//
// Threads: any thread may call it; copies share what they have rendered.
class MetricsRoute {
public:
    MetricsRoute(const LiveDistributions& live, DriftService& drift, const PredictionLog& log,
                 const Shipper* shipper, const OwnMetrics& metrics);

    // The answer is held until it is rendered, and right after the start until drift is judged.
    void operator()(const http::Request& request, http::Response& response) const;

private:
    // What a scrape asks for.
    struct Wish {
        explicit Wish(const http::Request& request);
        auto operator<=>(const Wish&) const = default;

        TextFormat format;
        bool gzip;
        NameFilter filter;
    };
    // What it shows, all of one moment.
    struct Scrape {
        LiveSnapshot snapshot;
        std::shared_ptr<const DistributionsText> distributions;
        std::shared_ptr<const DriftText> drift;  // Null right after the start or a reload.
    };
    struct Waiter {
        std::shared_ptr<http::Response> response;  // The judging thread's, until it wakes.
        std::function<void()> wake;
    };
    using Waiters = std::map<Wish, std::vector<Waiter>>;

    bool is_short(const Wish& wish) const;
    void answer(const Wish& wish, http::Response& response) const;
    std::shared_ptr<http::Hold> hold(const Wish& wish) const;
    void answer_waiters() const;
    Scrape begin() const;
    std::string own_text(const Scrape& scrape, const Wish& wish) const;
    std::string plain_text(const Scrape& scrape, const Wish& wish) const;
    std::string packed_text(const Scrape& scrape, const Wish& wish) const;

    std::shared_ptr<const DistributionsText> text_of(
        const std::shared_ptr<const Layout>& layout) const;

    const LiveDistributions& live_;
    DriftService& drift_;
    const PredictionLog& log_;
    const Shipper* const shipper_;
    const OwnMetrics& metrics_;
    // Until there is a packed one.
    std::shared_ptr<Guarded<std::shared_ptr<const DistributionsText>>> rendered_;
    std::shared_ptr<Guarded<Waiters>> waiters_;
};

}  // namespace boxkited
