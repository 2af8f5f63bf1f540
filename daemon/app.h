#pragma once

#include <atomic>
#include <chrono>
#include <csignal>
#include <memory>
#include <optional>

#include "base/clock.h"
#include "base/guarded.h"
#include "base/storage.h"
#include "daemon/loaded_baseline.h"
#include "daemon/options.h"
#include "daemon/reloader.h"
#include "http/server.h"
#include "monitor/live_distributions.h"
#include "prediction_log/prediction_log.h"

namespace boxkited {

class DriftService;
class OwnMetrics;
class Shipper;
class WindowsFile;

// The daemon: puts its parts together, serves until a signal ends it, and takes them down.
//
// Threads: the main one.
class App {
public:
    // What to load options from, at start and upon each reload.
    App(CommandLine command_line, Environment environment);

    // Blocks. The exit code: 0 after a stop that lost nothing, 1 when the work failed, 2 when
    // options or baseline are wrong; the reason is on standard error.
    int run();

private:
    enum class Signal { kNone, kStop, kReload };

    // None: the time is over, or there was nothing.
    Signal wait_for_signal(std::optional<std::chrono::nanoseconds> at_most) const;
    // What a reload changes.
    struct Reloaded {
        LiveDistributions& live;
        DriftService& drift;
        OwnMetrics& metrics;
        http::Server& server;
    };

    void serve_until_stopped(const Reloaded& parts);
    ReloadOutcome reload(const Reloaded& parts);
    int stop(http::Server& server, PredictionLog& log, Shipper* shipper,
             std::unique_ptr<DriftService>& drift, WindowsFile* windows);

    const CommandLine command_line_;
    const Environment environment_;
    SystemClock clock_;
    DiskStorage storage_;
    sigset_t signals_{};

    // Of the start. A reload hands on what it takes over, and leaves these as they are.
    DaemonOptions options_;
    Guarded<LoadedBaseline> baseline_;
    Reloader reloader_;
    std::atomic<bool> draining_ = false;
};

}  // namespace boxkited
