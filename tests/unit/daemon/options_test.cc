#include "daemon/options.h"

#include <catch2/catch.hpp>

#include "daemon/option_table.h"
#include "daemon/option_value.h"
#include "unit/daemon/options_fixture.h"

using namespace boxkited;
using Kind = http::ListenerOptions::Kind;
using Texts = std::vector<std::string>;

TEST_CASE("without file and variables and flags all options are the defaults", "[options]") {
    const Loader load;
    DaemonOptions defaults;
    defaults.identity = {"unknown-endpoint", "unknown-logger", "replica-host", "unknown-server"};

    const auto loaded = load().value();

    CHECK(config_text(loaded.options) == config_text(defaults));
    CHECK(loaded.options.http.memory_bytes == DaemonOptions().http.memory_bytes);
    CHECK(loaded.warnings.empty());
}

TEST_CASE("flags beat variables and these beat the file and that beats the default", "[options]") {
    Loader load;

    CHECK(load.options().http.threads == 1);
    load.file(R"({"threads": 2})");
    CHECK(load.options().http.threads == 2);
    load.environment.variables["BOXKITED_THREADS"] = "3";
    CHECK(load.options().http.threads == 3);
    load.command_line.flags = {{"--threads", "4"}};
    CHECK(load.options().http.threads == 4);
}

TEST_CASE("the config file of the command line beats that of the variable", "[options]") {
    Loader load;
    load.file(R"({"threads": 2})");
    load.environment.variables["BOXKITED_CONFIG"] = "/nonexistent";

    CHECK(load.options().http.threads == 2);
    load.environment.variables["BOXKITED_CONFIG"] = *load.command_line.config;
    load.command_line.config.reset();
    CHECK(load.options().http.threads == 2);
}

TEST_CASE("a config that differs everywhere from the defaults comes back as it was", "[options]") {
    Loader load;
    // Comments are part of the language.
    load.file(R"({
  "listeners": [ // three of them
    {"http": "[::1]:0", "serves": []},
    {"http_unix": "/run/boxkited/http.sock", "mode": "0600", "serves": ["admin", "metrics"]},
    {"ndjson_unix": "/run/boxkited/events.sock", "mode": "0666"}],
  "baseline": "b.prom", "no_baseline": true,
  "prediction_log": {"enabled": false, "directory": "/log", "partition_minutes": 60,
    "ack": "synced", "ack_timeout_ms": 6, "sync": "always", "flush_interval_ms": 7,
    "queue_bytes": 2097152, "sample": 0.1, "fields": ["output", "prediction_id"],
    "features": "object", "hashed_features": ["age", "a.b"], "hash_key_file": "/key",
    "open_partitions": 8, "retention_days": 9, "retention_bytes": 10,
    "ship": {"endpoint": "http://127.0.0.1:9000", "bucket": "logs", "prefix": "a=b/c",
      "region": "eu", "addressing": "virtual_host", "credentials": "file",
      "credentials_file": "/credentials", "ca_file": "/ca.pem", "compression": "zstd",
      "delay_minutes": 24, "keep_local": true, "bytes_per_second": 25}},
  "drift": {"windows": ["90s", "2d"], "evaluation_interval_ms": 101, "minimum_observations": 23,
    "statistic": "js", "threshold": 0.25, "alpha": 0.01, "state_directory": "/state",
    "features": {"age": {"statistic": "ks", "threshold": 1}, "a.b": {"ignore": true}, "c": {}}},
  "limits": {"body_bytes": 1048576, "header_bytes": 1025, "header_count": 11,
    "header_time_ms": 12, "idle_time_ms": 13, "connections": 14, "memory_bytes": 10000000,
    "json_depth": 15, "batch_events": 16, "bins_per_feature": 17, "new_bins_total": 18,
    "bin_name_bytes": 19},
  "threads": 20, /* and so on */
  "log": {"level": "off", "format": "json"},
  "identity": {"endpoint_id": "e", "logger_id": "l", "replica_id": "r", "server_id": "s"},
  "admin_hosts": ["boxkited.example.com"], "shutdown_delay_ms": 21, "shutdown_timeout_ms": 22})");
    const DaemonOptions options = load.options();

    load.file(config_text(options));

    CHECK(config_text(load.options()) == config_text(options));
    DaemonOptions all = options;
    all.hash_key_env = "KEY";  // Cannot be chosen together with the file.
    const auto differing = needs_restart(DaemonOptions(), all);
    std::size_t taken_over = 0;
    for (const OptionRow& row : option_table())
        if (row.reload == OptionRow::Reload::kTakenOver) ++taken_over;
    CHECK(differing.size() == option_table().size() - taken_over);
    CHECK(options.http.memory_bytes == 10'000'000 - 2'097'152);
    CHECK(options.http.listeners[1].mode == 0600);
    CHECK(options.http.listeners[1].serves == (kServesAdmin | kServesMetrics));
}

TEST_CASE("half of the memory is for bodies and answers when nobody says otherwise", "[options]") {
    Loader load;
    load.environment.variables["BOXKITED_PREDICTION_LOG_QUEUE_BYTES"] = "16777216";

    CHECK(load.options().http.memory_bytes == 16'777'216);
}

TEST_CASE("every option can be given as a variable", "[options]") {
    Loader load;
    auto& variables = load.environment.variables;
    variables = {{"BOXKITED_BASELINE", "b.prom"},
                 {"BOXKITED_NO_BASELINE", "true"},
                 {"BOXKITED_LOG_LEVEL", "debug"},
                 {"BOXKITED_PREDICTION_LOG_DIRECTORY", "/data/\"quoted\""},
                 {"BOXKITED_ADMIN_HOSTS", R"(["a", "b"])"},
                 {"BOXKITED_LISTENERS", R"([{"ndjson_unix": "/run/e.sock"}])"}};

    const DaemonOptions options = load.options();

    CHECK(options.baseline == "b.prom");
    CHECK(options.no_baseline);
    CHECK(options.log_level == log::Level::kDebug);
    CHECK(options.prediction_log.directory == "/data/\"quoted\"");
    CHECK(options.admin_hosts == Texts{"a", "b"});
    REQUIRE(options.http.listeners.size() == 1);
    CHECK(options.http.listeners[0].kind == Kind::kLinesUnix);
}

TEST_CASE("no two options share a variable and none has one that is left to others", "[options]") {
    std::map<std::string, int> names{{"BOXKITED_CONFIG", 1}};

    for (const OptionRow& row : option_table()) {
        const std::string name = variable_name(row);
        CAPTURE(name);
        CHECK(names[name]++ == 0);
        CHECK_FALSE(name.starts_with("BOXKITED_PORT"));
        CHECK_FALSE(name.starts_with("BOXKITED_SERVICE_"));
    }
}

TEST_CASE("unknown variables are warned of but not those of Kubernetes", "[options]") {
    Loader load;
    for (const char* name :
         {"BOXKITED_THREAD", "BOXKITED_SOMETHING", "BOXKITED_PORT", "BOXKITED_PORT_9810_TCP_ADDR",
          "BOXKITED_SERVICE_HOST", "BOXKITED_SERVICE_PORT", "BOXKITE_OTHER", "PATH"})
        load.environment.variables[name] = "x";

    CHECK(load.warnings() ==
          Texts{"BOXKITED_SOMETHING: no such option",
                "BOXKITED_THREAD: no such option; did you mean BOXKITED_THREADS?"});
}

TEST_CASE("listeners of flags stand instead of those of the file", "[options]") {
    Loader load;
    load.file(R"({"listeners": [{"http": "127.0.0.1:1"}, {"http": "127.0.0.1:2"}]})");
    load.command_line.flags = {{"--listen", "0.0.0.0:9810"},
                               {"--listen", "[::]:9810"},
                               {"--unix", "/run/h.sock"},
                               {"--ndjson-unix", "/run/e.sock"}};

    const auto listeners = load.options().http.listeners;

    REQUIRE(listeners.size() == 4);
    CHECK(listeners[0].address == "0.0.0.0:9810");
    CHECK(listeners[0].serves == kServesAll);
    CHECK(listeners[1].address == "[::]:9810");
    CHECK(listeners[2].kind == Kind::kUnix);
    CHECK(listeners[2].serves == kServesPredictions);
    CHECK(listeners[2].mode == 0660);
    CHECK(listeners[3].kind == Kind::kLinesUnix);
}

TEST_CASE("a listener keeps what it says of TLS and tokens", "[options]") {
    const std::string listeners =
        R"([{"http":"127.0.0.1:1","tls":{"certificate":"/c","key":"/k","client_ca":"/a"},)"
        R"("token_file":"/t","serves":["predictions","metrics","admin"]},)"
        R"({"http_unix":"/u","token_env":"TOKEN","mode":"0660","serves":["predictions"]}])";
    Loader load;
    load.environment.variables["BOXKITED_LISTENERS"] = listeners;
    const DaemonOptions options = load.options();

    CHECK(options.http.listeners[0].tls->certificate == "/c");
    CHECK(options.http.listeners[0].tls->key == "/k");
    CHECK(options.http.listeners[0].tls->client_ca == "/a");
    CHECK(options.http.listeners[0].token_file == "/t");
    CHECK_FALSE(options.http.listeners[1].tls.has_value());
    CHECK(options.http.listeners[1].token_env == "TOKEN");
    CHECK(print_option(*find_option("listeners"), options) == listeners);
}

TEST_CASE("it is warned of a listener that others may use, whoever they are", "[options]") {
    const std::string tls = R"("tls":{"certificate":"/c","key":"/k"})";
    const std::string mutual = R"("tls":{"certificate":"/c","key":"/k","client_ca":"/a"})";
    const std::string token = R"("token_file":"/t")";
    const std::string open =
        " serves predictions or admin routes to other hosts, whoever asks; give it a token_file or "
        "tls with client_ca, let it serve metrics alone, or bind it to 127.0.0.1";
    const std::string readable =
        " takes its token over plain HTTP, where others can read it; give it tls";
    const auto [listener, warning] = GENERATE_COPY(table<std::string, std::string>({
        {R"("http":"0.0.0.0:1")", "0.0.0.0:1" + open},
        {R"("http":"[::]:1")", "[::]:1" + open},
        {R"("http":"10.0.0.1:1")", "10.0.0.1:1" + open},
        {R"("http":"0.0.0.0:1","serves":["predictions"])", "0.0.0.0:1" + open},
        {R"("http":"0.0.0.0:1","serves":["admin"])", "0.0.0.0:1" + open},
        {R"("http":"0.0.0.0:1",)" + tls, "0.0.0.0:1" + open},
        {R"("http":"0.0.0.0:1",)" + token, "0.0.0.0:1" + readable},
        {R"("http":"0.0.0.0:1","serves":["metrics"],)" + token, "0.0.0.0:1" + readable},
        {R"("http":"0.0.0.0:1",)" + tls + "," + token, ""},
        {R"("http":"0.0.0.0:1",)" + mutual, ""},
        {R"("http":"0.0.0.0:1","serves":["metrics"])", ""},
        {R"("http":"127.0.0.1:1")", ""},
        {R"("http":"127.9.9.9:1",)" + token, ""},
        {R"("http":"[0:0::1]:1")", ""},
        {R"("http":"[::ffff:127.0.0.1]:1")", ""},
        {R"("http_unix":"/u","serves":["metrics"],)" + token, ""},
    }));
    CAPTURE(listener);
    Loader load;
    load.environment.variables["BOXKITED_LISTENERS"] =
        R"([{"http":"127.0.0.1:2"},{)" + listener + "}]";

    CHECK(load.warnings() == (warning.empty() ? Texts{} : Texts{"listeners[1]: " + warning}));
}

TEST_CASE("a variable that holds a token is not warned of", "[options]") {
    Loader load;
    load.environment.variables["BOXKITED_TOKEN"] = "0123456789abcdef";
    CHECK(load.warnings() == Texts{"BOXKITED_TOKEN: no such option"});

    load.environment.variables["BOXKITED_LISTENERS"] =
        R"([{"http":"127.0.0.1:2","token_env":"BOXKITED_TOKEN"}])";
    CHECK(load.warnings().empty());
}

TEST_CASE("it is warned when no listener serves metrics", "[options]") {
    Loader load;
    load.command_line.flags = {{"--ndjson-unix", "/run/e.sock"}};

    CHECK(load.warnings() == Texts{"listeners: none serves metrics, so nothing can be scraped"});
}

TEST_CASE("a flag without value sets what is not the default", "[options]") {
    Loader load;
    load.command_line.flags = {{"--no-baseline", ""}, {"--no-log", ""}};

    CHECK(load.options().no_baseline);
    CHECK_FALSE(load.options().prediction_log.enabled);
}

TEST_CASE("who names a baseline or a log directory by flag wants it", "[options]") {
    Loader load;
    load.file(R"({"no_baseline": true, "prediction_log": {"enabled": false}})");
    load.command_line.flags = {{"--baseline", "b.prom"}, {"--log-dir", "/log"}};

    CHECK_FALSE(load.options().no_baseline);
    CHECK(load.options().prediction_log.enabled);
}

TEST_CASE("the identity comes from the first of its variables", "[options]") {
    Loader load;
    auto& variables = load.environment.variables;
    const auto replica = [&] { return load.options().identity.replica_id; };

    CHECK(replica() == "replica-host");
    variables["POD_NAME"] = "pod";
    CHECK(replica() == "pod");
    load.file(R"({"identity": {"replica_id": "file"}})");
    CHECK(replica() == "file");
    variables["BEDROCK_POD_NAME"] = "bedrock";
    CHECK(replica() == "bedrock");
    variables["BOXKITE_REPLICA_ID"] = "boxkite";
    CHECK(replica() == "boxkite");
    variables["BOXKITED_IDENTITY_REPLICA_ID"] = "boxkited";
    CHECK(replica() == "boxkited");
}

TEST_CASE("each part of the identity has its own variables", "[options]") {
    const auto [prefix, pod] = GENERATE(table<std::string, std::string>(
        {{"BOXKITE_", "BOXKITE_REPLICA_ID"}, {"BEDROCK_", "BEDROCK_POD_NAME"}}));
    CAPTURE(prefix);
    Loader load;
    load.environment.variables = {{prefix + "ENDPOINT_ID", "e"},
                                  {prefix + "LOGGER_ID", "l"},
                                  {pod, "r"},
                                  {prefix + "SERVER_ID", "s"}};

    const Identity identity = load.options().identity;

    CHECK(identity.endpoint_id == "e");
    CHECK(identity.logger_id == "l");
    CHECK(identity.replica_id == "r");
    CHECK(identity.server_id == "s");
}

TEST_CASE("a bad value that a better one hides does no harm", "[options]") {
    Loader load;
    load.environment.host_name = "../..";
    load.environment.variables = {
        {"POD_NAME", ""}, {"BEDROCK_POD_NAME", "a/b"}, {"BOXKITE_REPLICA_ID", "good"}};

    CHECK(load.options().identity.replica_id == "good");
}

TEST_CASE("a reload cannot change what needs a restart", "[options]") {
    const DaemonOptions running;
    DaemonOptions loaded;
    loaded.baseline = "other.prom";
    loaded.no_baseline = true;
    loaded.log_level = log::Level::kDebug;
    loaded.log_format = log::Format::kJson;
    loaded.monitor = {1, 2, 3};
    CHECK(needs_restart(running, loaded).empty());

    loaded.http.listeners[0].mode = 0;  // Means nothing for TCP.
    loaded.http.threads = 2;
    loaded.prediction_log.directory = "/other";
    loaded.identity.server_id = "other";
    CHECK(needs_restart(running, loaded) ==
          Texts{"prediction_log.directory", "threads", "identity.server_id"});
}

TEST_CASE("connections take at most half of the descriptors", "[options]") {
    DaemonOptions options;

    CHECK(clamp_connections(options, 2048).empty());
    CHECK(options.http.connections == 1024);
    CHECK(clamp_connections(options, 64) ==
          "limits.connections: lowered from 1024 to 32, half of the 64 descriptors that this "
          "process may open");
    CHECK(options.http.connections == 32);
}

TEST_CASE("the environment of the process has its variables and a host name", "[options]") {
    const Environment environment = process_environment();

    CHECK(environment.variables.at("PATH") == getenv("PATH"));
    CHECK_FALSE(environment.host_name.empty());
}
