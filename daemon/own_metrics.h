#pragma once

#include <prometheus/counter.h>
#include <prometheus/family.h>
#include <prometheus/gauge.h>
#include <prometheus/registry.h>

#include <array>
#include <atomic>
#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

#include "daemon/io_tallies.h"
#include "event/transport.h"
#include "http/server.h"
#include "ingest/pipeline.h"
#include "monitor/live_distributions.h"
#include "prediction_log/prediction_log.h"
#include "shipping/shipper.h"

namespace boxkited {

// What the daemon counts of itself: the boxkited_* and process_* families of /metrics.
//
// What is counted here sits in prometheus-cpp's registry; where the log or the monitor keep the
// numbers, a scrape takes them from there, all of the log's at one moment.
//
// Threads: any thread may call any member.
class OwnMetrics final : public http::Observer {
public:
    OwnMetrics(const http::ServerOptions& options, std::string_view version);

    // To be called once, before the first request.
    void measure(const std::vector<http::Route>& routes);

    void count_refusals(Transport transport, const RefusalTally& refusals);
    void count_reload(bool succeeded);

    void connection_opened(std::size_t listener) override;
    void connection_closed(std::size_t listener) override;
    void received(unsigned thread, std::size_t bytes) override;
    void answered(unsigned thread, int route, int status,
                  std::chrono::nanoseconds duration) override;
    void refused(std::size_t listener, std::string_view path, int status) override;
    void line_refused(std::size_t listener, http::LineRefusal reason) override;

    std::vector<prometheus::MetricFamily> collect(const LogLedger& ledger,
                                                  const ShipLedger& shipped,
                                                  const NotCountedTally& not_counted) const;

private:
    prometheus::MetricFamily events(const LogLedger& ledger) const;
    void count_refusal(Transport transport, Refusal::Reason reason);

    std::vector<Transport> transports_;  // By listener.
    const unsigned threads_;
    std::optional<IoTallies> io_;
    std::array<std::array<std::atomic<std::uint64_t>, kRefusalReasons.size()>, kTransports.size()>
        refusals_{};

    prometheus::Registry registry_;
    prometheus::Counter* reloads_good_;
    prometheus::Counter* reloads_bad_;
    std::vector<prometheus::Gauge*> connections_;  // By listener.
};

// The way that the listener's events come.
Transport transport_of(const http::ListenerOptions& listener);

}  // namespace boxkited
