#pragma once

#include "daemon/command_line.h"
#include "daemon/options.h"

// The subcommands. Each returns the exit code of the process: 0 good, 1 the work failed, 2 the
// command line, config or input is wrong, 3 drift was found.
namespace boxkited {

// Makes the baseline of a table, on standard output or, whole or not at all, in a file.
int baseline(const BaselineFlags& flags);

// Says on standard error whether options and baseline are good; prints the options in force on
// standard output, as a config file.
int check(const CommandLine& command_line, const Environment& environment);

// Judges the rows of a table, or the events of a prediction log, against a baseline, on standard
// output.
int drift(const DriftFlags& flags, const Environment& environment);

// Asks a running daemon's /healthz, by the first HTTP listener of the options.
int health(const CommandLine& command_line, const Environment& environment);

}  // namespace boxkited
