#pragma once

#include <atomic>
#include <vector>

#include "base/clock.h"
#include "base/guarded.h"
#include "daemon/drift_service.h"
#include "daemon/loaded_baseline.h"
#include "daemon/options.h"
#include "daemon/own_metrics.h"
#include "daemon/prediction_route.h"
#include "daemon/reloader.h"
#include "http/router.h"
#include "shipping/shipper.h"

namespace boxkited {

// What the routes work on. All of it outlives them.
struct RouteContext {
    const DaemonOptions& options;
    const Clock& clock;
    const Guarded<LoadedBaseline>& baseline;
    LiveDistributions& live;
    DriftService& drift;
    PredictionLog& log;
    const Shipper* shipper;  // Null when nothing is shipped.
    OwnMetrics& metrics;
    PredictionRoute& predictions;
    Reloader& reloader;
    const std::atomic<bool>& draining;
};

std::vector<http::Route> make_routes(const RouteContext& context);

}  // namespace boxkited
