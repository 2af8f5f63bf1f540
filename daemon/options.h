#pragma once

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "base/log.h"
#include "base/result.h"
#include "daemon/command_line.h"
#include "daemon/drift_settings.h"
#include "event/identity.h"
#include "http/server.h"
#include "ingest/limits.h"
#include "monitor/live_distributions.h"
#include "prediction_log/prediction_log.h"
#include "shipping/ship_options.h"

namespace boxkited {

// Groups of routes, as bits of http::ListenerOptions::serves. The health routes are in none of
// them: every HTTP listener has them.
inline constexpr std::uint32_t kServesPredictions = 1;
inline constexpr std::uint32_t kServesMetrics = 2;
inline constexpr std::uint32_t kServesAdmin = 4;
inline constexpr std::uint32_t kServesAll = kServesPredictions | kServesMetrics | kServesAdmin;

// Everything that can be chosen about the daemon. Names, ranges and meanings for users stand in
// option_table.cc.
struct DaemonOptions {
    http::ServerOptions http{
        .listeners = {{http::ListenerOptions::Kind::kTcp, "127.0.0.1:9810", 0660, kServesAll}}};

    std::filesystem::path baseline = "/artefact/histogram.prom";
    // Starts without a baseline: predictions are logged, no value is counted.
    bool no_baseline = false;

    PredictionLogOptions prediction_log;
    // The longest an answer waits for what `prediction_log.ack` promises.
    std::chrono::milliseconds ack_timeout{5000};
    // Where the key of its hashes stands; one of them, when features are hashed.
    std::filesystem::path hash_key_file;
    std::string hash_key_env;

    ShipOptions ship;

    DriftSettings drift;

    IngestLimits ingest;
    MonitorLimits monitor;
    // Bodies, queue and answers together; 0 is twice the queue. load_options() gives
    // http.memory_bytes the part that is not the queue.
    std::uint64_t memory_bytes = 0;

    log::Level log_level = log::Level::kInfo;
    log::Format log_format = log::Format::kLogfmt;

    // A part that is empty was not chosen; load_options() leaves none empty.
    Identity identity;

    // Host names under which admin routes may be asked, beside localhost and addresses.
    std::vector<std::string> admin_hosts;

    // After SIGTERM: first events are still taken for the delay, then what is queued is written
    // and sent within the timeout.
    std::chrono::milliseconds shutdown_delay{0};
    std::chrono::milliseconds shutdown_timeout{5000};
};

// What the daemon sees of the machine around it.
struct Environment {
    std::map<std::string, std::string> variables;
    std::string host_name;
};

// That of this process.
Environment process_environment();

// Why options cannot be used.
struct OptionsError {
    std::string where;  // "boxkited.json: limits.bins_per_feature", "BOXKITED_THREADS", "--threads"
    std::string reason;  // "expected a whole number from 1 to 256, not 0"
};

// One line, whatever the input was: "BOXKITED_THREADS: expected ...".
std::string to_string(const OptionsError& error);

struct LoadedOptions {
    DaemonOptions options;
    std::vector<std::string> warnings;
};

// Puts the options together: flags beat environment variables, these beat the config file, that
// beats the default. The config file is the one of --config, else of BOXKITED_CONFIG; when neither
// is there, none is read.
Result<LoadedOptions, OptionsError> load_options(const CommandLine& command_line,
                                                 const Environment& environment);

// All options as a config file that loads back to the same options.
std::string config_text(const DaemonOptions& options);

// Paths of the options that differ and that a running daemon cannot take over.
std::vector<std::string> needs_restart(const DaemonOptions& running, const DaemonOptions& loaded);

// Lowers http.connections to half of `descriptors` (RLIMIT_NOFILE), so that the log and the
// listeners find theirs. What to warn of, empty when nothing was lowered.
std::string clamp_connections(DaemonOptions& options, std::uint64_t descriptors);

}  // namespace boxkited
