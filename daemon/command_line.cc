#include "daemon/command_line.h"

#include <CLI/App.hpp>
#include <CLI/Config.hpp>
#include <CLI/Formatter.hpp>
#include <algorithm>
#include <charconv>
#include <limits>

#include "base/utc_text.h"
#include "daemon/option_table.h"
#include "daemon/option_value.h"
#include "event/json_number.h"
#include "table/event_time.h"

namespace boxkited {

namespace {

using Command = CommandLine::Command;

constexpr const char* kFooter =
    "Every option has an environment variable: BOXKITED_ and its path in capitals,\n"
    "BOXKITED_PREDICTION_LOG_QUEUE_BYTES for prediction_log.queue_bytes. Flags beat variables,\n"
    "these beat the config file, that beats the default. `boxkited check` shows what is in force.\n"
    "\n"
    "Exit codes: 0 good, 1 the work failed, 2 the command line, config or input is wrong,\n"
    "3 drift was found.";

constexpr const char* kBaselineFooter =
    "A column is continuous or discrete by what it holds; docs/baseline.md says how that is\n"
    "decided. A flag that takes columns may be repeated.";

constexpr const char* kDriftFooter =
    "Exit codes: 0 no drift, 1 the work failed, 2 the command line, config or input is wrong,\n"
    "3 drift was found. docs/drift.md says what the numbers mean.";

void add_listeners(CLI::App& app, const std::string& flag, const std::string& type,
                   const std::string& help, CommandLine& to) {
    app.add_option_function<std::vector<std::string>>(
           flag,
           [&to, flag](const std::vector<std::string>& values) {
               for (const std::string& value : values) to.flags.push_back({flag, value});
           },
           help)
        ->type_name(type)
        ->type_size(1)
        ->expected(1)
        ->multi_option_policy(CLI::MultiOptionPolicy::TakeAll);
}

// What stands for the value in --help.
std::string type_name(const OptionKind& kind) {
    if (std::holds_alternative<PathKind>(kind)) return "PATH";
    const auto* choice = std::get_if<ChoiceKind>(&kind);
    if (choice == nullptr) return "NUMBER";
    std::string names;
    for (const std::string_view name : choice->names)
        names.append(names.empty() ? "" : "|").append(name);
    return names;
}

void add_row(CLI::App& app, const OptionRow& row, CommandLine& to) {
    const std::string flag(row.flag);
    if (std::holds_alternative<BoolKind>(row.kind)) {
        // --no-log stands for an option that is called the other way round.
        const bool negated = std::get<BoolKind>(row.kind).member(DaemonOptions());
        const std::string help =
            negated ? "Sets " + std::string(row.path) + " to false" : std::string(row.help);
        app.add_flag_callback(
            flag,
            [&to, flag] {
                to.flags.push_back({flag, ""});
            },
            help);
        return;
    }
    app.add_option_function<std::string>(
           flag,
           [&to, flag](const std::string& value) {
               to.flags.push_back({flag, value});
           },
           std::string(row.help) + "; default " + print_option(row, DaemonOptions()))
        ->type_name(type_name(row.kind));
}

// `\t` and `tab` stand for a tab, which is hard to type.
std::string read_delimiter(const std::string& text, char& delimiter) {
    if (text == "\\t" || text == "tab") {
        delimiter = '\t';
        return {};
    }
    const bool is_good = text.size() == 1 && static_cast<unsigned char>(text[0]) < 0x80 &&
                         std::string_view("\"\r\n").find(text[0]) == std::string_view::npos;
    if (!is_good) return "expected one ASCII character, or tab";
    delimiter = text[0];
    return {};
}

// Decimal digits, without zeros in front, which would be octal to some.
template <typename Number>
bool read_whole_number(const std::string& text, Number& number) {
    if (text.empty() || (text.size() > 1 && text[0] == '0')) return false;
    if (text.find_first_not_of("0123456789") != text.npos) return false;
    const char* const end = text.data() + text.size();
    return std::from_chars(text.data(), end, number).ec == std::errc();
}

template <typename Number>
void add_whole_number(CLI::App& app, const std::string& flag, Number& to, Number least, Number most,
                      const std::string& help) {
    app.add_option_function<std::string>(
           flag,
           [&to, flag, least, most](const std::string& text) {
               Number number = 0;
               if (!read_whole_number(text, number) || number < least || number > most)
                   throw CLI::ValidationError(flag, "expected a whole number from " +
                                                        std::to_string(least) + " to " +
                                                        std::to_string(most));
               to = number;
           },
           help)
        ->type_name("NUMBER")
        ->default_str(std::to_string(to));
}

// "--drop A,B --drop C": the commas are for who knows the columns to judge.
void add_columns(CLI::App& app, const char* flag, std::vector<std::string>& to, const char* help) {
    app.add_option(flag, to, help)
        ->type_name("COLUMN,...")
        ->type_size(1)
        ->expected(1)
        ->multi_option_policy(CLI::MultiOptionPolicy::TakeAll);
}

void add_inputs(CLI::App& app, const char* name, std::vector<std::string>& to) {
    app.fallthrough(false);
    app.set_help_flag("-h,--help", "Shows this");
    app.add_option(name, to,
                   "CSV, NDJSON or a folder of the prediction log, gzip or not; - is standard "
                   "input. Several count as one table")
        ->type_name("")
        ->required();
}

// Flags, which are alike where they are about tables.
template <typename Flags>
void add_csv(CLI::App& app, Flags& to) {
    app.add_option_function<std::string>(
           "--delimiter",
           [&to](const std::string& text) {
               const auto wrong = read_delimiter(text, to.delimiter);
               if (!wrong.empty()) throw CLI::ValidationError("--delimiter", wrong);
           },
           "What stands between cells of CSV; default a comma")
        ->type_name("CHARACTER");
    app.add_flag("--no-header", to.no_header, "CSV begins with a row; columns are 0, 1, ...");
}

void describe_baseline(CLI::App& app, BaselineFlags& to) {
    app.footer(kBaselineFooter);
    add_inputs(app, "INPUT", to.inputs);
    app.add_option("-o,--output", to.output,
                   "Where the baseline goes; - or none of it is standard output")
        ->type_name("FILE");
    app.add_option("--prediction", to.prediction,
                   "The column of the model's answers; default prediction, if there is one, or the "
                   "output of events")
        ->type_name("COLUMN");
    add_columns(app, "--discrete", to.discrete, "Counts each value of these columns by itself");
    add_columns(app, "--continuous", to.continuous, "Makes a histogram of these columns");
    add_columns(app, "--drop", to.drop, "Leaves these columns out");
    add_whole_number<std::size_t>(app, "--max-samples", to.max_samples, 1, 10'000'000,
                                  "Rows that the baseline is made of; of more, so many are drawn");
    add_whole_number<std::size_t>(app, "--max-bins", to.max_bins, 2, 10'000,
                                  "Bounds of a histogram");
    add_whole_number<std::uint64_t>(app, "--seed", to.seed, 0,
                                    std::numeric_limits<std::uint64_t>::max(),
                                    "Which rows are drawn");
    add_csv(app, to);
    app.add_flag("--quiet", to.quiet, "Shows neither progress nor a summary");
}

// RFC 3339, a date, or Unix seconds.
std::optional<WallTime> read_time(const std::string& text) {
    if (const auto time = event_time({Value::Kind::kText, 0, text})) return time;
    if (const auto day = parse_rfc3339(text + "T00:00:00Z")) return day;
    Value seconds{Value::Kind::kNumber, 0, {}};
    return parse_json_number(text, seconds.number) ? event_time(seconds) : std::nullopt;
}

void add_time(CLI::App& app, const char* flag, std::optional<WallTime>& to, const char* help) {
    app.add_option_function<std::string>(
           flag,
           [&to, flag](const std::string& text) {
               to = read_time(text);
               if (!to)
                   throw CLI::ValidationError(
                       flag, "expected RFC 3339, a date, or Unix seconds, not `" + text + "`");
           },
           help)
        ->type_name("TIME");
}

// A rule of drift, by the words of its option.
void add_rule(CLI::App& app, const char* flag, const char* path, std::optional<std::string>& to) {
    const OptionRow& row = *find_option(path);
    app.add_option(flag, to,
                   std::string(row.help) + "; default " + print_option(row, DaemonOptions()))
        ->type_name(type_name(row.kind));
}

void describe_drift(CLI::App& app, DriftFlags& to) {
    app.footer(kDriftFooter);
    add_inputs(app, "LOG", to.inputs);
    app.add_option("--baseline", to.baseline, "What training saw")->type_name("FILE")->required();
    app.add_option("--config", to.config, "The config file whose section `drift` judges")
        ->type_name("FILE");
    app.add_option("--prediction", to.prediction,
                   "The column of the model's answers in a table; default prediction")
        ->type_name("COLUMN");
    add_csv(app, to);
    add_time(app, "--since", to.since,
             "Leaves out events before: RFC 3339, a date (UTC), or Unix seconds");
    add_time(app, "--until", to.until, "Leaves out events from then on");
    add_rule(app, "--statistic", "drift.statistic", to.statistic);
    add_rule(app, "--threshold", "drift.threshold", to.threshold);
    add_rule(app, "--alpha", "drift.alpha", to.alpha);
    add_rule(app, "--minimum-observations", "drift.minimum_observations", to.minimum_observations);
    app.add_flag("--json", to.json, "Prints the document of /v1/drift instead of a table");
    app.add_option("--html", to.html, "Writes the drift page, with its data in it, to one file")
        ->type_name("FILE");
    app.add_flag("--quiet", to.quiet, "Shows neither progress nor notes");
}

// Everything that can be said, to be filled into `to`.
void describe(CLI::App& app, CommandLine& to) {
    app.name("boxkited");
    app.description("Drift monitoring and prediction logging beside a model server.");
    app.footer(kFooter);
    app.set_help_flag("-h,--help", "Shows this");
    app.add_flag_callback(
        "--version", [&to] { to.command = Command::kVersion; }, "Shows the version");
    app.add_option("--config", to.config, "The config file")->type_name("FILE");
    add_listeners(app, "--listen", "ADDRESS:PORT",
                  "Takes HTTP here, instead of at the listeners of the config; may be repeated",
                  to);
    add_listeners(app, "--unix", "PATH",
                  "The same at a Unix socket, which serves predictions alone", to);
    add_listeners(app, "--ndjson-unix", "PATH",
                  "The same for a stream of events, one a line, without answers", to);
    for (const OptionRow& row : option_table())
        if (!row.flag.empty()) add_row(app, row, to);
    app.require_subcommand(0, 1);
    app.fallthrough();
    const auto add = [&](const char* name, Command command, const char* help) {
        app.add_subcommand(name, help)
            ->callback([&to, command] {
                if (to.command == Command::kServe) to.command = command;
            })
            ->set_help_flag();
        return app.get_subcommand(name);
    };
    add("serve", Command::kServe, "Runs the daemon; what is done when no subcommand is given");
    describe_baseline(*add("baseline", Command::kBaseline, "Makes a baseline of a training table"),
                      to.baseline);
    describe_drift(*add("drift", Command::kDrift,
                        "Judges logged predictions against a baseline; exits with 3 when they "
                        "drifted"),
                   to.drift);
    add("check", Command::kCheck, "Says whether config and baseline are good; prints the config");
    add("health", Command::kHealth, "Asks a running daemon for its health; exits with 0 or 1");
}

// CLI11's messages can be of several lines, and hold what was typed.
std::string one_line(std::string text) {
    while (!text.empty() && text.back() == '\n') text.pop_back();
    std::replace(text.begin(), text.end(), '\n', ' ');
    return printable(text);
}

// Flags of which only one can be meant, and options before a command that has its own.
Result<void, UsageError> check_exclusive(const CommandLine& command_line) {
    const bool has_own =
        command_line.command == Command::kBaseline || command_line.command == Command::kDrift;
    if (has_own && (command_line.config || !command_line.flags.empty())) {
        const std::string flag = command_line.config ? "--config" : command_line.flags[0].name;
        const bool is_drift = command_line.command == Command::kDrift;
        return Failure{UsageError{flag + (is_drift ? " before `drift` is for the daemon"
                                                   : " is nothing that `baseline` takes")}};
    }
    const DriftFlags& drift = command_line.drift;
    if (drift.since && drift.until && *drift.since >= *drift.until)
        return Failure{UsageError{"--until: expected a time after --since"}};
    const auto given = [&](std::string_view name) {
        return std::any_of(command_line.flags.begin(), command_line.flags.end(),
                           [&](const CommandLine::Flag& flag) { return flag.name == name; });
    };
    if (given("--baseline") && given("--no-baseline"))
        return Failure{UsageError{"--no-baseline excludes --baseline"}};
    if (given("--log-dir") && given("--no-log"))
        return Failure{UsageError{"--no-log excludes --log-dir"}};
    return {};
}

// That of the daemon, whichever of its subcommands was asked.
std::string help_text() {
    CommandLine unused;
    CLI::App app;
    describe(app, unused);
    return app.help();
}

}  // namespace

Result<CommandLine, UsageError> parse_command_line(std::vector<std::string> arguments) {
    CommandLine command_line;
    CLI::App app;
    // CLI11 takes them from the back.
    std::reverse(arguments.begin(), arguments.end());
    try {
        describe(app, command_line);
        app.parse(std::move(arguments));
    } catch (const CLI::CallForHelp&) {
        command_line.command = Command::kHelp;
        const bool has_own = app.got_subcommand("baseline") || app.got_subcommand("drift");
        command_line.help = has_own ? app.help() : help_text();
    } catch (const CLI::Error& error) {
        return Failure{UsageError{one_line(error.what())}};
    }
    if (auto good = check_exclusive(command_line); !good) return Failure{good.error()};
    return command_line;
}

}  // namespace boxkited
