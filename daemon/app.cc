#include "daemon/app.h"

#include <pthread.h>
#include <sys/resource.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <cstdio>
#include <cstdlib>
#include <thread>

#include "base/log.h"
#include "daemon/access.h"
#include "daemon/drift_service.h"
#include "daemon/log_privacy.h"
#include "daemon/memory_bound.h"
#include "daemon/own_metrics.h"
#include "daemon/prediction_route.h"
#include "daemon/routes.h"
#include "daemon/service_manager.h"
#include "daemon/shipping.h"
#include "daemon/version.h"

namespace boxkited {

namespace {

constexpr int kWorkFailed = 1;
constexpr int kInputWrong = 2;

constexpr std::chrono::seconds kTimeToSaveWindows{2};

int report(int exit_code, const std::string& reason) {
    std::fprintf(stderr, "boxkited: %s\n", reason.c_str());
    return exit_code;
}

// All threads inherit the mask: signals are taken by the main thread alone, when it waits.
sigset_t block_signals() {
    signal(SIGPIPE, SIG_IGN);  // A peer that is gone shows as EPIPE,
    signal(SIGXFSZ, SIG_IGN);  // a file at its largest size as EFBIG.
    sigset_t signals;
    sigemptyset(&signals);
    for (const int each : {SIGTERM, SIGINT, SIGHUP}) sigaddset(&signals, each);
    pthread_sigmask(SIG_BLOCK, &signals, nullptr);
    return signals;
}

// A second signal ends the process at once: whoever sends it no longer wants to wait.
void let_signals_kill(sigset_t signals) {
    const auto end = [](int) {
        constexpr char kText[] = "boxkited: second signal: ended without draining\n";
        [[maybe_unused]] const auto written = write(STDERR_FILENO, kText, sizeof kText - 1);
        _exit(kWorkFailed);
    };
    signal(SIGTERM, end);
    signal(SIGINT, end);
    signal(SIGHUP, SIG_IGN);
    pthread_sigmask(SIG_UNBLOCK, &signals, nullptr);
}

// A body that the queue can never hold is refused by its length, before it is read.
http::ServerOptions server_options(const DaemonOptions& options) {
    http::ServerOptions server = options.http;
    if (options.prediction_log.enabled)
        server.body_bytes =
            std::min<std::uint64_t>(server.body_bytes, options.prediction_log.queue_bytes);
    return server;
}

std::uint64_t descriptor_limit() {
    rlimit limit{};
    getrlimit(RLIMIT_NOFILE, &limit);
    return limit.rlim_cur;
}

std::string joined(const std::vector<std::string>& texts) {
    std::string out;
    for (const std::string& text : texts) out.append(out.empty() ? "" : " ").append(text);
    return out;
}

// The sum; its parts are told to who wants to know more.
std::string show_memory_bound(const DaemonOptions& options, const Layout& layout) {
    const MemoryBound bound = memory_bound(options, layout);
    std::vector<std::string> parts;
    for (const MemoryBound::Part& part : bound.parts)
        parts.push_back(std::string(part.name) + ':' + std::to_string(part.bytes));
    log::debug("memory at most", {{"parts", joined(parts)}});
    return std::to_string(bound.total());
}

}  // namespace

App::App(CommandLine command_line, Environment environment)
    : command_line_(std::move(command_line)), environment_(std::move(environment)) {}

int App::run() {
    auto loaded = load_options(command_line_, environment_);
    if (!loaded) return report(kInputWrong, to_string(loaded.error()));
    options_ = std::move(loaded->options);
    log::configure(options_.log_level, options_.log_format);
    for (const std::string& warning : loaded->warnings) log::warning(warning);
    if (const auto warning = clamp_connections(options_, descriptor_limit()); !warning.empty())
        log::warning(warning);

    auto baseline = load_baseline(options_, clock_);  // What training saw.
    if (!baseline) return report(kInputWrong, baseline.error());
    *baseline_.lock() = *baseline;

    auto access = load_access(options_.http.listeners, environment_);  // Who may ask.
    if (!access) return report(kInputWrong, access.error());
    if (const auto key = load_hash_key(options_, environment_); !key)
        return report(kInputWrong, key.error());
    auto inherited = inherited_sockets();
    if (!inherited) return report(kWorkFailed, inherited.error().message);

    if (const auto fault = shipping_fault(options_, environment_); !fault.empty())
        return report(kInputWrong, fault);

    signals_ = block_signals();
    LiveDistributions live(baseline->baseline, options_.monitor,  // What production sees.
                           options_.http.threads);
    auto log = PredictionLog::open(options_.prediction_log, options_.identity, clock_, storage_);
    if (!log) return report(kWorkFailed, "prediction log: " + to_string(log.error()));

    std::unique_ptr<Shipper> shipper;
    if (is_shipping(options_))
        shipper = std::make_unique<Shipper>(options_.ship, **log, options_.identity,
                                            environment_.variables, clock_, storage_);

    std::unique_ptr<WindowsFile> windows;
    if (!options_.drift.state_directory.empty()) {
        auto opened =
            WindowsFile::open(options_.drift.state_directory, options_.identity, storage_);
        if (!opened)
            return report(kWorkFailed, "drift.state_directory: " + to_string(opened.error()));
        windows = *std::move(opened);
    }
    auto drift =
        std::make_unique<DriftService>(options_.drift, options_.monitor, live,  // Compares.
                                       clock_, windows.get());
    OwnMetrics metrics(options_.http, kVersion);
    PredictionRoute predictions(options_, live, **log, clock_, metrics);
    http::Router router(make_routes({options_, clock_, baseline_, live, *drift, **log,
                                     shipper.get(), metrics, predictions, reloader_, draining_}));
    metrics.measure(router.routes());
    auto server = http::Server::start(
        server_options(options_), std::move(router),
        [&](unsigned thread, std::size_t listener, std::string_view lines) {
            predictions.take_lines(thread, listener, lines);
        },
        metrics, *std::move(access), *std::move(inherited));
    if (!server) return report(kWorkFailed, server.error().message);

    const std::string addresses = joined((*server)->addresses());
    const auto layout = live.snapshot().layout;
    log::info("ready", {{"version", std::string(kVersion)},
                        {"listeners", addresses},
                        {"baseline", baseline->path},
                        {"variables", std::to_string(baseline->baseline->variables.size())},
                        {"windows_bytes_at_most", std::to_string(DriftService::most_bytes(
                                                      options_.drift, options_.monitor, *layout))},
                        {"memory_bytes_at_most", show_memory_bound(options_, *layout)}});
    notify_ready("serving on " + addresses);
    drift->start();
    serve_until_stopped({live, *drift, metrics, **server});
    return stop(**server, **log, shipper.get(), drift, windows.get());
}

App::Signal App::wait_for_signal(std::optional<std::chrono::nanoseconds> at_most) const {
    constexpr std::chrono::nanoseconds kDay = std::chrono::hours(24);
    const std::chrono::nanoseconds time = at_most.value_or(kDay);
    const timespec timeout{time / std::chrono::seconds(1),
                           (time % std::chrono::seconds(1)).count()};
    switch (sigtimedwait(&signals_, nullptr, &timeout)) {
        case -1:
            return Signal::kNone;
        case SIGHUP:
            return Signal::kReload;
        default:
            return Signal::kStop;
    }
}

void App::serve_until_stopped(const Reloaded& parts) {
    const auto interval = watchdog_interval();
    for (;;) {
        const Signal signal = wait_for_signal(interval);
        if (signal == Signal::kStop) return;
        if (signal == Signal::kReload) {
            notify_reloading();
            reloader_.run([&] { return reload(parts); });
            notify_ready("serving");
        }
        // A log whose disk hangs is no reason to be killed: predictions go on being counted.
        if (interval && parts.server.is_alive()) notify_alive();
    }
}

ReloadOutcome App::reload(const Reloaded& parts) {
    const auto failed = [&](const std::string& reason) {
        parts.metrics.count_reload(false);
        log::error("reload failed; nothing has changed", {{"reason", reason}});
        return ReloadOutcome{reason, {}};
    };
    const auto loaded = load_options(command_line_, environment_);
    if (!loaded) return failed(to_string(loaded.error()));
    DaemonOptions next = loaded->options;
    next.prediction_log = options_.prediction_log;  // As it stays until a restart.
    auto baseline = load_baseline(next, clock_);
    if (!baseline) return failed(baseline.error());
    auto access = load_access(options_.http.listeners, environment_);
    if (!access) return failed(access.error());

    const DaemonOptions& wanted = loaded->options;
    const auto needs = needs_restart(options_, wanted);
    parts.live.reload(baseline->baseline, wanted.monitor);
    parts.drift.reload(wanted.drift.rules);
    parts.server.replace_access(*std::move(access));
    log::configure(wanted.log_level, wanted.log_format);
    *baseline_.lock() = *std::move(baseline);
    parts.metrics.count_reload(true);
    for (const std::string& path : needs)
        log::warning("changed option needs a restart", {{"option", path}});
    log::info("reloaded", {{"baseline", wanted.no_baseline ? "" : wanted.baseline.string()}});
    return {"", needs};
}

int App::stop(http::Server& server, PredictionLog& log, Shipper* shipper,
              std::unique_ptr<DriftService>& drift, WindowsFile* windows) {
    draining_ = true;
    let_signals_kill(signals_);
    // Reloads that were asked for in between come too late.
    reloader_.run([] { return ReloadOutcome{"draining", {}}; });
    notify_stopping();
    log::info("stopping");
    if (options_.shutdown_delay.count() > 0) std::this_thread::sleep_for(options_.shutdown_delay);

    // A peer that does not end its request must not take the time that the log needs.
    const MonotonicTime begin = clock_.monotonic();
    server.stop(begin + options_.shutdown_timeout / 2);
    const std::uint64_t lost = log.drain(begin + options_.shutdown_timeout);
    drift.reset();  // Hands the windows to their file.
    const bool windows_hang =
        windows != nullptr && !windows->stop(clock_.monotonic() + kTimeToSaveWindows);
    const bool shipper_hangs =
        shipper != nullptr && !shipper->stop(clock_.monotonic() + kTimeToSaveWindows);
    const bool hangs = windows_hang || shipper_hangs || log.hung();
    if (lost > 0) {
        log::error("stopped with events lost",
                   {{"events", std::to_string(lost)}, {"trouble", log.trouble()}});
    } else if (hangs) {
        log::error("stopped without waiting for a disk that hangs");
    } else {
        log::info("stopped");
    }
    // A disk that hangs never gives back the thread that asked it.
    if (hangs) std::_Exit(kWorkFailed);
    return lost == 0 ? EXIT_SUCCESS : kWorkFailed;
}

}  // namespace boxkited
