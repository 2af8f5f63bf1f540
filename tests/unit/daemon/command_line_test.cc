#include "daemon/command_line.h"

#include <catch2/catch.hpp>

#include "daemon/option_table.h"

using namespace boxkited;
using Command = CommandLine::Command;
using Arguments = std::vector<std::string>;

namespace {

// "--threads=2 --no-log=", in the order of the result.
std::string flags_of(const CommandLine& command_line) {
    std::string text;
    for (const auto& flag : command_line.flags)
        text += (text.empty() ? "" : " ") + flag.name + "=" + flag.value;
    return text;
}

std::string usage_error(Arguments arguments) {
    const auto parsed = parse_command_line(std::move(arguments));
    return parsed ? "good" : parsed.error().message;
}

}  // namespace

TEST_CASE("the subcommand is serve when none is given", "[command_line]") {
    const auto [arguments, command] = GENERATE(table<Arguments, Command>({
        {Arguments{}, Command::kServe},
        {{"serve"}, Command::kServe},
        {{"check"}, Command::kCheck},
        {{"--threads", "2", "check"}, Command::kCheck},
        {{"health", "--listen", "127.0.0.1:1"}, Command::kHealth},
        {{"--version"}, Command::kVersion},
        {{"serve", "--version"}, Command::kVersion},
        {{"check", "--version"}, Command::kVersion},
        {{"-h"}, Command::kHelp},
        {{"check", "--help"}, Command::kHelp},
    }));
    CAPTURE(arguments);

    CHECK(parse_command_line(arguments).value().command == command);
}

TEST_CASE("flags are taken before and behind the subcommand", "[command_line]") {
    const auto parsed =
        parse_command_line({"--threads", "2", "serve", "--config", "c.json", "--listen=127.0.0.1:1",
                            "--log-level", "debug", "--listen", "[::1]:1", "--unix", "/u",
                            "--ndjson-unix", "/n", "--no-baseline", "--no-log", "--log-format",
                            "json"})
            .value();

    CHECK(parsed.config == "c.json");
    CHECK(flags_of(parsed) ==
          "--listen=127.0.0.1:1 --listen=[::1]:1 --unix=/u --ndjson-unix=/n --no-baseline= "
          "--no-log= --threads=2 --log-level=debug --log-format=json");
}

TEST_CASE("a command line that cannot be meant is refused on one line", "[command_line]") {
    CHECK(usage_error({"--bogus"}) == "The following argument was not expected: --bogus");
    CHECK(usage_error({"predict\nme"}) == "The following argument was not expected: predict me");
    CHECK(usage_error({"check", "serve"}) == "The following argument was not expected: serve");
    CHECK(usage_error({"--threads"}) == "--threads: 1 required NUMBER missing");
    CHECK(usage_error({"--config", "a", "--config", "b"}) ==
          "--config: At Most 1 required but received 2");
    CHECK(usage_error({"--baseline", "a", "serve", "--no-baseline"}) ==
          "--no-baseline excludes --baseline");
    CHECK(usage_error({"--no-log", "--log-dir", "a"}) == "--no-log excludes --log-dir");
}

TEST_CASE("the help names every flag", "[command_line]") {
    const std::string help = help_text();

    for (const OptionRow& row : option_table()) CHECK(help.find(row.flag) != std::string::npos);
    for (const char* name : {"--config", "--listen", "--unix", "--ndjson-unix", "--version", "-h",
                             "serve", "check", "health", "BOXKITED_"})
        CHECK(help.find(name) != std::string::npos);
}
