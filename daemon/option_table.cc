#include "daemon/option_table.h"

#include <algorithm>
#include <numeric>
#include <type_traits>

#include "base/number_text.h"
#include "shipping/store_url.h"

namespace boxkited {

namespace {

constexpr std::uint64_t kMebibyte = 1ULL << 20;
constexpr std::uint64_t kGibibyte = 1ULL << 30;
constexpr std::uint64_t kPebibyte = 1ULL << 50;
constexpr std::uint64_t kHourInMs = 3'600'000;

template <typename T>
concept Duration = requires(T value) {
    value.count();
};

template <typename T>
std::uint64_t to_number(const T& value) {
    if constexpr (Duration<T>) {
        return static_cast<std::uint64_t>(value.count());
    } else {
        return value;
    }
}

template <typename T>
void assign_number(T& to, std::uint64_t number) {
    if constexpr (Duration<T>) {
        to = T(static_cast<typename T::rep>(number));
    } else {
        to = static_cast<T>(number);
    }
}

// `Get` is the type of a lambda that holds nothing, from which it can be made anew.
template <typename Get>
NumberKind number(Get, std::uint64_t minimum, std::uint64_t maximum, std::uint64_t divides = 0) {
    return {
        [](const DaemonOptions& options) { return to_number(*Get{}(options)); },
        [](DaemonOptions& options, std::uint64_t value) { assign_number(*Get{}(options), value); },
        minimum, maximum, divides};
}

// Null is for members that are std::optional.
template <typename Get>
RealKind real(Get, double minimum, double maximum) {
    using Real = std::remove_pointer_t<std::invoke_result_t<Get, DaemonOptions&>>;
    return {[](const DaemonOptions& options) -> std::optional<double> { return *Get{}(options); },
            [](DaemonOptions& options, std::optional<double> value) {
                if constexpr (std::is_same_v<Real, double>) {
                    *Get{}(options) = value.value();
                } else {
                    *Get{}(options) = value;
                }
            },
            minimum, maximum, !std::is_same_v<Real, double>};
}

std::vector<std::string_view> statistic_names() {
    std::vector<std::string_view> names;
    for (const Statistic statistic : kStatistics) names.push_back(label(statistic));
    return names;
}

// The names stand in the order of the enumerators, which count from 0.
template <typename Get>
ChoiceKind choice(Get, std::vector<std::string_view> names) {
    using Enum = std::remove_pointer_t<std::invoke_result_t<Get, DaemonOptions&>>;
    return {[](const DaemonOptions& options) { return static_cast<std::size_t>(*Get{}(options)); },
            [](DaemonOptions& options, std::size_t value) {
                *Get{}(options) = static_cast<Enum>(value);
            },
            std::move(names)};
}

constexpr auto kTakenOver = OptionRow::Reload::kTakenOver;

std::vector<OptionRow> make_table() {
    return {
        {.path = "listeners",
         .help = "Where requests are taken, and which routes each listener serves",
         .kind = ListenersKind{[](auto& o) { return &o.http.listeners; }}},
        {.path = "baseline",
         .help = "The distributions of training, as Prometheus text",
         .flag = "--baseline",
         .reload = kTakenOver,
         .kind = PathKind{[](auto& o) { return &o.baseline; }}},
        {.path = "no_baseline",
         .help = "Runs without a baseline: predictions are logged and no value is counted",
         .flag = "--no-baseline",
         .reload = kTakenOver,
         .kind = BoolKind{[](auto& o) { return &o.no_baseline; }}},

        {.path = "prediction_log.enabled",
         .help = "Writes accepted events to files; when off they are counted only",
         .flag = "--no-log",
         .kind = BoolKind{[](auto& o) { return &o.prediction_log.enabled; }}},
        {.path = "prediction_log.directory",
         .help = "Root of the tree of log files",
         .flag = "--log-dir",
         .kind = PathKind{[](auto& o) { return &o.prediction_log.directory; }}},
        {.path = "prediction_log.partition_minutes",
         .help = "The span of event time that one file holds",
         .kind = number([](auto& o) { return &o.prediction_log.partition; }, 1, 1440, 1440)},
        {.path = "prediction_log.ack",
         .help = "What an answer promises: the event is in the queue, in its file, or on the disk",
         .kind = choice([](auto& o) { return &o.prediction_log.ack; },
                        {"queued", "written", "synced"})},
        {.path = "prediction_log.ack_timeout_ms",
         .help = "The longest an answer waits for `written` or `synced` before it is 504",
         .kind = number([](auto& o) { return &o.ack_timeout; }, 1, kHourInMs)},
        {.path = "prediction_log.sync",
         .help = "When files are synced to the disk: with each flush, after every write, or never",
         .kind = choice([](auto& o) { return &o.prediction_log.sync; },
                        {"interval", "always", "never"})},
        {.path = "prediction_log.flush_interval_ms",
         .help = "The longest an accepted event stays in memory only",
         .kind = number([](auto& o) { return &o.prediction_log.flush_interval; }, 1, kHourInMs)},
        {.path = "prediction_log.queue_bytes",
         .help = "Bytes held in memory while the disk is slow; beyond, events are refused with 503",
         .kind = number([](auto& o) { return &o.prediction_log.queue_bytes; }, kMebibyte,
                        1024 * kGibibyte)},
        {.path = "prediction_log.sample",
         .help = "The share of events that are written, chosen by id; errors are always written, "
                 "and all are counted",
         .kind = real([](auto& o) { return &o.prediction_log.sample; }, 0, 1)},
        {.path = "prediction_log.fields",
         .help = "The members of a line; `prediction_id` is one of them",
         .kind = LineFieldsKind{[](auto& o) { return &o.prediction_log.fields; }}},
        {.path = "prediction_log.features",
         .help = "The shape of `features` in all lines; the other one is converted with the "
                 "baseline's names",
         .kind = choice([](auto& o) { return &o.prediction_log.features; },
                        {"as_sent", "array", "object"})},
        {.path = "prediction_log.hashed_features",
         .help = "Features whose values are written as keyed hashes, by name",
         .kind = TextsKind{[](auto& o) { return &o.prediction_log.hashed_features; },
                           "an array of names of features, each once"}},
        {.path = "prediction_log.hash_key_file",
         .help = "The file with the key of these hashes",
         .kind = PathKind{[](auto& o) { return &o.hash_key_file; }, true}},
        {.path = "prediction_log.hash_key_env",
         .help = "The environment variable with the key, instead of a file",
         .kind = NameKind{[](auto& o) { return &o.hash_key_env; }}},
        {.path = "prediction_log.open_partitions",
         .help = "Log files open at once",
         .kind = number([](auto& o) { return &o.prediction_log.open_partitions; }, 1, 1024)},
        {.path = "prediction_log.retention_days",
         .help = "Log files older than this are deleted; 0 keeps them for ever",
         .kind = number([](auto& o) { return &o.prediction_log.retention; }, 0, 36'500)},
        {.path = "prediction_log.retention_bytes",
         .help = "The oldest log files are deleted while all are larger; 0 sets no bound",
         .kind = number([](auto& o) { return &o.prediction_log.retention_bytes; }, 0, kPebibyte)},

        {.path = "prediction_log.ship.endpoint",
         .help = "The S3-compatible store that closed log files are shipped to; null: none is",
         .kind = TextKind{[](auto& o) { return &o.ship.endpoint; }, is_endpoint,
                          "http:// or https://, a host and perhaps a port", true}},
        {.path = "prediction_log.ship.bucket",
         .help = "The bucket that they go to",
         .kind = TextKind{[](auto& o) { return &o.ship.bucket; }, is_bucket,
                          "3 to 63 of 'a' to 'z', '0' to '9', '.' and '-'", true}},
        {.path = "prediction_log.ship.prefix",
         .help = "What stands in front of their keys and a `/`",
         .kind = TextKind{[](auto& o) { return &o.ship.prefix; }, is_prefix,
                          "names of letters, digits, '.', '_', '-' and '=', joined by '/'", true}},
        {.path = "prediction_log.ship.region",
         .help = "The region that requests are signed for",
         .kind = TextKind{[](auto& o) { return &o.ship.region; }, is_region,
                          "1 to 64 letters, digits, '-' and '_'"}},
        {.path = "prediction_log.ship.addressing",
         .help = "Where the bucket stands: in the path or in front of the host name",
         .kind = choice([](auto& o) { return &o.ship.addressing; }, {"path", "virtual_host"})},
        {.path = "prediction_log.ship.credentials",
         .help = "Where credentials come from: `AWS_…` variables, a file, or the role of the "
                 "container",
         .kind = choice([](auto& o) { return &o.ship.credentials; },
                        {"environment", "file", "container"})},
        {.path = "prediction_log.ship.credentials_file",
         .help = "A file in the form of `~/.aws/credentials`, read anew for each request",
         .kind = PathKind{[](auto& o) { return &o.ship.credentials_file; }, true}},
        {.path = "prediction_log.ship.ca_file",
         .help = "Authorities for the store's certificate, PEM; null: those of the system",
         .kind = PathKind{[](auto& o) { return &o.ship.ca_file; }, true}},
        {.path = "prediction_log.ship.compression",
         .help = "How objects are packed; with `zstd` their keys end in `.txt.zst`",
         .kind = choice([](auto& o) { return &o.ship.compression; }, {"none", "zstd"})},
        {.path = "prediction_log.ship.delay_minutes",
         .help = "How long a file waits for late events after its partition has ended",
         .kind = number([](auto& o) { return &o.ship.delay; }, 0, 1440)},
        {.path = "prediction_log.ship.keep_local",
         .help = "Keeps shipped files until retention deletes them; otherwise they are deleted "
                 "once the store is known to have them",
         .kind = BoolKind{[](auto& o) { return &o.ship.keep_local; }}},
        {.path = "prediction_log.ship.bytes_per_second",
         .help = "The most that is sent in a second; 0 sets no bound",
         .kind = number([](auto& o) { return &o.ship.bytes_per_second; }, 0, 1024 * kGibibyte)},

        {.path = "drift.windows",
         .help = "How far back drift looks: a whole number and s, m, h or d; `all` is always there",
         .kind = WindowsKind{[](auto& o) { return &o.drift.windows; }}},
        {.path = "drift.evaluation_interval_ms",
         .help = "How often drift is judged",
         .kind = number([](auto& o) { return &o.drift.evaluation_interval; }, 100, kHourInMs)},
        {.path = "drift.minimum_observations",
         .help = "Live values of a variable within a window below which there is no verdict",
         .reload = kTakenOver,
         .kind =
             number([](auto& o) { return &o.drift.rules.minimum_observations; }, 1, 1'000'000'000)},
        {.path = "drift.statistic",
         .help = "The score that judges; `psi` does for variables of a kind that it is not "
                 "defined for",
         .reload = kTakenOver,
         .kind = choice([](auto& o) { return &o.drift.rules.statistic; }, statistic_names())},
        {.path = "drift.threshold",
         .help = "The score from which on a variable drifted; null is the default of the statistic",
         .reload = kTakenOver,
         .kind = real([](auto& o) { return &o.drift.rules.threshold; }, 0, 1e9)},
        {.path = "drift.alpha",
         .help = "Chance of an alarm, in each evaluation of all variables, that sampling alone "
                 "causes",
         .reload = kTakenOver,
         .kind = real([](auto& o) { return &o.drift.rules.alpha; }, 0, 1)},
        {.path = "drift.features",
         .help = "What single features differ in, by name: statistic, threshold, ignore",
         .reload = kTakenOver,
         .kind = FeaturesKind{[](auto& o) { return &o.drift.rules.features; }}},
        {.path = "drift.state_directory",
         .help = "Where windows outlive a restart; null: they do not",
         .kind = PathKind{[](auto& o) { return &o.drift.state_directory; }, true}},

        {.path = "limits.body_bytes",
         .help = "The largest request body, after gzip is undone, or line of a stream",
         .kind = number([](auto& o) { return &o.http.body_bytes; }, 1024, kGibibyte)},
        {.path = "limits.header_bytes",
         .help = "The largest request header",
         .kind = number([](auto& o) { return &o.http.header_bytes; }, 1024, kMebibyte)},
        {.path = "limits.header_count",
         .help = "The most fields of a request header",
         .kind = number([](auto& o) { return &o.http.header_count; }, 8, 10'000)},
        {.path = "limits.header_time_ms",
         .help = "The longest from the first byte of a request to the end of its header",
         .kind = number([](auto& o) { return &o.http.header_time; }, 10, kHourInMs)},
        {.path = "limits.idle_time_ms",
         .help =
             "The longest silence between requests, and the time in which a body, or the taking of "
             "an answer, must be complete",
         .kind = number([](auto& o) { return &o.http.idle_time; }, 10, 24 * kHourInMs)},
        {.path = "limits.connections",
         .help = "Connections open at once; at most half of the process's descriptors",
         .kind = number([](auto& o) { return &o.http.connections; }, 1, 1'000'000)},
        {.path = "limits.memory_bytes",
         .help = "Bodies, queue and answers together; 0 is twice `prediction_log.queue_bytes`",
         .kind = number([](auto& o) { return &o.memory_bytes; }, 0, 1024 * kGibibyte)},
        {.path = "limits.json_depth",
         .help = "How deep the values of an event may be nested",
         .kind = number([](auto& o) { return &o.ingest.json_depth; }, 4, 1000)},
        {.path = "limits.batch_events",
         .help = "The most events of one request",
         .kind = number([](auto& o) { return &o.ingest.batch_events; }, 1, 1'000'000)},
        {.path = "limits.bins_per_feature",
         .help = "Categories of one feature that training never had; the rest count in `__other__`",
         .reload = kTakenOver,
         .kind = number([](auto& o) { return &o.monitor.bins_per_feature; }, 0, 1'000'000)},
        {.path = "limits.new_bins_total",
         .help = "The same over all features",
         .reload = kTakenOver,
         .kind = number([](auto& o) { return &o.monitor.new_bins_total; }, 0, 10'000'000)},
        {.path = "limits.bin_name_bytes",
         .help = "Longer texts count in `__other__`",
         .reload = kTakenOver,
         .kind = number([](auto& o) { return &o.monitor.bin_name_bytes; }, 1, 65'536)},

        {.path = "threads",
         .help = "Threads that serve requests",
         .flag = "--threads",
         .kind = number([](auto& o) { return &o.http.threads; }, 1, 256)},
        {.path = "log.level",
         .help = "The least of the daemon's own messages that is shown",
         .flag = "--log-level",
         .reload = kTakenOver,
         .kind = choice([](auto& o) { return &o.log_level; },
                        {"debug", "info", "warning", "error", "off"})},
        {.path = "log.format",
         .help = "How the daemon's own messages look",
         .flag = "--log-format",
         .reload = kTakenOver,
         .kind = choice([](auto& o) { return &o.log_format; }, {"logfmt", "json"})},

        {.path = "identity.endpoint_id",
         .help = "The folder of the log files; null is as the section on identity says",
         .kind = NameKind{[](auto& o) { return &o.identity.endpoint_id; }}},
        {.path = "identity.logger_id",
         .help = "The first part of the names of log files; null is as above",
         .kind = NameKind{[](auto& o) { return &o.identity.logger_id; }}},
        {.path = "identity.replica_id",
         .help = "The last part of the names of log files; null is as above",
         .kind = NameKind{[](auto& o) { return &o.identity.replica_id; }}},
        {.path = "identity.server_id",
         .help = "The first part of the prediction ids that the daemon makes; null is as above",
         .kind = NameKind{[](auto& o) { return &o.identity.server_id; }}},

        {.path = "admin_hosts",
         .help = "Names under which admin routes may be asked, beside addresses and `localhost`",
         .kind = HostNamesKind{[](auto& o) { return &o.admin_hosts; }}},
        {.path = "shutdown_delay_ms",
         .help = "How long events are still taken, while not ready, before the shutdown begins",
         .kind = number([](auto& o) { return &o.shutdown_delay; }, 0, kHourInMs)},
        {.path = "shutdown_timeout_ms",
         .help = "The longest the shutdown waits for answers and for the log",
         .kind = number([](auto& o) { return &o.shutdown_timeout; }, 0, kHourInMs)},
    };
}

std::string quoted_list(const std::vector<std::string_view>& names) {
    std::string list;
    for (const std::string_view name : names) {
        if (!list.empty()) list += ", ";
        list.append("\"").append(name).append("\"");
    }
    return list;
}

// A bound of a range, whole numbers without a point.
std::string shown(double bound) {
    std::string text = python_float(bound);
    if (text.ends_with(".0")) text.resize(text.size() - 2);
    return text;
}

struct ExpectedValue {
    std::string operator()(const BoolKind&) const { return "true or false"; }
    std::string operator()(const PathKind& kind) const {
        return kind.is_optional ? "null or a path" : "a path";
    }
    std::string operator()(const NameKind&) const {
        return "1 to 100 letters, digits, '.', '_' or '-', and neither '.' nor '..'";
    }
    std::string operator()(const TextKind& kind) const {
        return (kind.is_optional ? "null or " : "") + std::string(kind.expected);
    }
    std::string operator()(const HostNamesKind&) const { return "an array of host names"; }
    std::string operator()(const ListenersKind&) const {
        return "an array of one listener or more";
    }
    std::string operator()(const NumberKind& kind) const {
        std::string text = "a whole number from " + std::to_string(kind.minimum) + " to " +
                           std::to_string(kind.maximum);
        if (kind.divides != 0) text += " that divides " + std::to_string(kind.divides);
        return text;
    }
    std::string operator()(const RealKind& kind) const {
        std::string text = kind.is_optional ? "null or a number from " : "a number from ";
        ((text += shown(kind.minimum)) += " to ") += shown(kind.maximum);
        return text;
    }
    std::string operator()(const LineFieldsKind&) const {
        return "an array of \"prediction_id\" and any of " +
               quoted_list({kLineFieldNames.begin() + 1, kLineFieldNames.end()}) + ", each once";
    }
    std::string operator()(const TextsKind& kind) const { return std::string(kind.expected); }
    std::string operator()(const WindowsKind&) const { return "an array of windows, as \"10m\""; }
    std::string operator()(const FeaturesKind&) const { return "an object of features by name"; }
    std::string operator()(const ChoiceKind& kind) const {
        return "one of " + quoted_list(kind.names);
    }
};

std::size_t edit_distance(std::string_view a, std::string_view b) {
    std::vector<std::size_t> row(b.size() + 1);
    std::iota(row.begin(), row.end(), 0U);
    for (std::size_t i = 0; i < a.size(); ++i) {
        std::size_t diagonal = row[0]++;
        for (std::size_t j = 0; j < b.size(); ++j) {
            const std::size_t replaced = diagonal + (a[i] == b[j] ? 0 : 1);
            diagonal = row[j + 1];
            row[j + 1] = std::min({replaced, row[j] + 1, diagonal + 1});
        }
    }
    return row.back();
}

}  // namespace

const std::vector<OptionRow>& option_table() {
    static const std::vector<OptionRow> table = make_table();
    return table;
}

const OptionRow* find_option(std::string_view path) {
    for (const OptionRow& row : option_table())
        if (row.path == path) return &row;
    return nullptr;
}

const OptionRow* find_flag(std::string_view flag) {
    for (const OptionRow& row : option_table())
        if (!row.flag.empty() && row.flag == flag) return &row;
    return nullptr;
}

std::string variable_name(const OptionRow& row) {
    std::string name = "BOXKITED_";
    for (const char c : row.path) {
        const bool is_lower = c >= 'a' && c <= 'z';
        name += c == '.' ? '_' : is_lower ? static_cast<char>(c - 'a' + 'A') : c;
    }
    return name;
}

std::string expected_value(const OptionKind& kind) { return std::visit(ExpectedValue{}, kind); }

std::string nearest(std::string_view name, const std::vector<std::string>& known) {
    // A name of a megabyte is no slip of the pen, and would cost a while to compare.
    if (name.size() > 100) return {};
    std::string best;
    std::size_t best_distance = 3;
    for (const std::string& candidate : known) {
        if (candidate.ends_with("." + std::string(name))) return candidate;
        const std::size_t distance = edit_distance(name, candidate);
        if (distance < best_distance) {
            best_distance = distance;
            best = candidate;
        }
    }
    return best;
}

}  // namespace boxkited
