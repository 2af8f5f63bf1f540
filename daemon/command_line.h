#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/clock.h"
#include "base/result.h"

namespace boxkited {

// What `boxkited baseline` is told.
struct BaselineFlags {
    std::vector<std::string> inputs;    // Files and folders; "-" is standard input.
    std::optional<std::string> output;  // "-" is standard output.
    std::optional<std::string> prediction;
    // Each text is a column, or several with commas between.
    std::vector<std::string> discrete;
    std::vector<std::string> continuous;
    std::vector<std::string> drop;
    std::size_t max_samples = 100'000;
    std::size_t max_bins = 50;
    std::uint64_t seed = 0;
    char delimiter = ',';
    bool no_header = false;
    bool quiet = false;
};

// What `boxkited drift` is told. Rules of drift are texts that load_drift_rules() has yet to check.
struct DriftFlags {
    std::vector<std::string> inputs;  // Files and folders; "-" is standard input.
    std::string baseline;
    std::optional<std::string> config;
    std::optional<std::string> prediction;
    std::optional<WallTime> since;  // Included,
    std::optional<WallTime> until;  // and not.
    std::optional<std::string> statistic;
    std::optional<std::string> threshold;
    std::optional<std::string> alpha;
    std::optional<std::string> minimum_observations;
    char delimiter = ',';
    bool no_header = false;
    bool json = false;
    std::optional<std::string> html;  // Where the page goes.
    bool quiet = false;
};

// What the command line says; values are texts that load_options() has yet to check.
struct CommandLine {
    enum class Command { kServe, kBaseline, kCheck, kDrift, kHealth, kVersion, kHelp };
    struct Flag {
        std::string name;   // "--threads"
        std::string value;  // "2"
    };

    Command command = Command::kServe;
    std::optional<std::string> config;
    std::vector<Flag> flags;  // All others that options come from.
    BaselineFlags baseline;   // For kBaseline.
    DriftFlags drift;         // For kDrift.
    std::string help;         // For kHelp: what to show.
};

struct UsageError {
    std::string message;  // "--threads: 1 required TEXT missing"
};

// `arguments` without the name of the program.
Result<CommandLine, UsageError> parse_command_line(std::vector<std::string> arguments);

}  // namespace boxkited
