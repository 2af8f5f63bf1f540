#pragma once

#include <chrono>
#include <memory>
#include <string_view>
#include <vector>

#include "daemon/options.h"
#include "daemon/own_metrics.h"
#include "http/message.h"
#include "ingest/pipeline.h"

namespace boxkited {

// `POST /v1/predictions`, and the lines of raw streams: requests in, outcomes out.
//
// Threads: each I/O thread at the same time as the others; each has a pipeline of its own.
class PredictionRoute {
public:
    PredictionRoute(const DaemonOptions& options, LiveDistributions& live, PredictionLog& log,
                    const Clock& clock, OwnMetrics& metrics);

    void answer(const http::Request& request, http::Response& response);
    void take_lines(unsigned thread, std::size_t listener, std::string_view lines);

private:
    const Outcome& take(unsigned thread, std::size_t listener, Pipeline::Form form,
                        std::string_view body, bool want_ids);
    std::shared_ptr<http::Hold> hold_until_settled(PredictionLog::Ticket ticket) const;

    PredictionLog& log_;
    OwnMetrics& metrics_;
    const std::chrono::milliseconds ack_timeout_;
    std::vector<Transport> transports_;                 // By listener.
    std::vector<std::unique_ptr<Pipeline>> pipelines_;  // By I/O thread.
};

}  // namespace boxkited
