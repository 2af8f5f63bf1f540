#pragma once

#include <optional>
#include <string>
#include <vector>

#include "base/result.h"

namespace boxkited {

// What the command line says; values are texts that load_options() has yet to check.
struct CommandLine {
    enum class Command { kServe, kCheck, kHealth, kVersion, kHelp };
    struct Flag {
        std::string name;   // "--threads"
        std::string value;  // "2"
    };

    Command command = Command::kServe;
    std::optional<std::string> config;
    std::vector<Flag> flags;  // All others.
};

struct UsageError {
    std::string message;  // "--threads: 1 required TEXT missing"
};

// `arguments` without the name of the program.
Result<CommandLine, UsageError> parse_command_line(std::vector<std::string> arguments);

// What --help shows.
std::string help_text();

}  // namespace boxkited
