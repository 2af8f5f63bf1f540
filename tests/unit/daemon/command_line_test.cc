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
        {{"baseline", "-"}, Command::kBaseline},
        {{"baseline", "--help"}, Command::kHelp},
        {{"drift", "--baseline", "b", "-"}, Command::kDrift},
        {{"drift", "--help"}, Command::kHelp},
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

TEST_CASE("a baseline has flags of its own", "[command_line]") {
    const auto flags =
        parse_command_line(
            {"baseline",    "a.csv",        "--drop",      "id,name",      "-o",
             "out",         "--drop",       "x",           "--discrete=d", "--continuous",
             "c",           "--prediction", "y",           "b.csv",        "--max-samples",
             "5",           "--max-bins",   "7",           "--seed",       "9",
             "--delimiter", "tab",          "--no-header", "--quiet"})
            .value()
            .baseline;

    CHECK(flags.inputs == Arguments{"a.csv", "b.csv"});
    CHECK(flags.output == "out");
    CHECK(flags.prediction == "y");
    CHECK(flags.discrete == Arguments{"d"});
    CHECK(flags.continuous == Arguments{"c"});
    CHECK(flags.drop == Arguments{"id,name", "x"});
    CHECK(flags.max_samples == 5);
    CHECK(flags.max_bins == 7);
    CHECK(flags.seed == 9);
    CHECK(flags.delimiter == '\t');
    CHECK(flags.no_header);
    CHECK(flags.quiet);
}

TEST_CASE("a baseline takes no options of the daemon and no bad values", "[command_line]") {
    CHECK(usage_error({"baseline"}) == "INPUT is required");
    CHECK(usage_error({"baseline", "a", "--threads", "2"}) ==
          "The following argument was not expected: --threads");
    CHECK(usage_error({"--threads", "2", "baseline", "a"}) ==
          "--threads is nothing that `baseline` takes");
    CHECK(usage_error({"--config", "c", "baseline", "a"}) ==
          "--config is nothing that `baseline` takes");
    CHECK(usage_error({"baseline", "a", "--delimiter", "::"}) ==
          "--delimiter: expected one ASCII character, or tab");
    CHECK(usage_error({"baseline", "a", "--delimiter", "\""}) ==
          "--delimiter: expected one ASCII character, or tab");
}

TEST_CASE("numbers of a baseline are decimal and in range", "[command_line]") {
    const auto [flag, most, range] = GENERATE(table<std::string, std::string, std::string>({
        {"--max-samples", "10000000", "1 to 10000000"},
        {"--max-bins", "10000", "2 to 10000"},
        {"--seed", "18446744073709551615", "0 to 18446744073709551615"},
    }));
    CAPTURE(flag);

    CHECK_FALSE(!parse_command_line({"baseline", "a", flag, most}));
    for (const std::string& bad :
         {std::string(), most + "0", std::string("010"), std::string("-1"), std::string("+5"),
          std::string("0x10"), std::string("1e3"), std::string("5.0"), std::string(" 5"),
          std::string("5 "), std::string("99999999999999999999999")})
        CHECK(usage_error({"baseline", "a", flag, bad}) ==
              flag + ": expected a whole number from " + range);
}

TEST_CASE("numbers of a baseline have a least one", "[command_line]") {
    CHECK(usage_error({"baseline", "a", "--max-samples", "0"}) ==
          "--max-samples: expected a whole number from 1 to 10000000");
    CHECK(usage_error({"baseline", "a", "--max-bins", "1"}) ==
          "--max-bins: expected a whole number from 2 to 10000");
    CHECK(parse_command_line({"baseline", "a", "--seed", "0"}).value().baseline.seed == 0);
}

TEST_CASE("the help of a baseline names its flags", "[command_line]") {
    const std::string help = parse_command_line({"baseline", "-h"}).value().help;

    for (const char* name :
         {"INPUT", "--output", "--prediction", "--discrete", "--continuous", "--drop",
          "--max-samples", "--max-bins", "--seed", "--delimiter", "--no-header", "--quiet"})
        CHECK(help.find(name) != std::string::npos);
    CHECK(help.find("--listen") == std::string::npos);
}

TEST_CASE("the help names every flag", "[command_line]") {
    const std::string help = parse_command_line({"--help"}).value().help;

    for (const OptionRow& row : option_table()) CHECK(help.find(row.flag) != std::string::npos);
    for (const char* name : {"--config", "--listen", "--unix", "--ndjson-unix", "--version", "-h",
                             "serve", "baseline", "check", "health", "BOXKITED_"})
        CHECK(help.find(name) != std::string::npos);
}
