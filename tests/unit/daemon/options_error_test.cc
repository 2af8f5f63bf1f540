#include <catch2/catch.hpp>

#include "unit/daemon/options_fixture.h"

using namespace boxkited;

namespace {

struct Row {
    std::string input;
    std::string error;
};

std::string error_of_file(const std::string& text) {
    Loader load;
    load.file(text);
    return load.error();
}

std::string error_of_variable(const std::string& name, const std::string& value) {
    Loader load;
    load.environment.variables[name] = value;
    return load.error();
}

std::string error_of_flags(std::vector<CommandLine::Flag> flags) {
    Loader load;
    load.command_line.flags = std::move(flags);
    return load.error();
}

std::string error_of_listener(const std::string& json) {
    return error_of_variable("BOXKITED_LISTENERS", "[" + json + "]");
}

}  // namespace

TEST_CASE("a config that is no JSON is refused with line and column", "[options]") {
    const auto [text, error] = GENERATE(values<Row>({
        {"",
         "boxkited.json:1:1: not JSON: unexpected end of input; expected '[', '{', or a literal"},
        {"{\n  \"threads\": 1,\n  \"log\" {}\n}",
         "boxkited.json:3:9: not JSON: unexpected '{'; expected ':'"},
        {"{\"threads\": 1", "boxkited.json:1:14: not JSON: unexpected end of input; expected '}'"},
        {"{} {}", "boxkited.json:1:4: not JSON: unexpected '{'; expected end of input"},
        {"{\"log\": {\"level\": tru}}", "boxkited.json:1:22: not JSON: invalid literal"},
        {"{\"baseline\": \"\xff\"}",
         "boxkited.json:1:15: not JSON: invalid string: ill-formed UTF-8 byte"},
        {"{\"threads\": 1e999}",
         "boxkited.json: not JSON: a number is beyond the range of a double"},
        {"{} // \x1b[2J\n/*",
         "boxkited.json:2:3: not JSON: invalid comment; missing closing '*/'; "
         "expected end of input"},
    }));
    CAPTURE(text);

    CHECK(error_of_file(text) == error);
}

TEST_CASE("a key that no option has is refused by its full name", "[options]") {
    const auto [text, error] = GENERATE(values<Row>({
        {R"({"limits": {"bins_per_featur": 5}})",
         "boxkited.json: limits.bins_per_featur: no such option; did you mean "
         "limits.bins_per_feature?"},
        {R"({"queue_bytes": 5})",
         "boxkited.json: queue_bytes: no such option; did you mean prediction_log.queue_bytes?"},
        {R"({"limit": {}})", "boxkited.json: limit: no such option; did you mean limits?"},
        {R"({"nothing_like_it": 5})", "boxkited.json: nothing_like_it: no such option"},
        {R"({"a\nb": 5})", "boxkited.json: \"a\\nb\": no such option"},
        {R"({"": 5})", "boxkited.json: \"\": no such option"},
        {R"({"log.level": "info"})",
         "boxkited.json: log.level: a key has no dots; the options of a section are an object"},
        {R"({"log": {"$schema": ""}})", "boxkited.json: log.$schema: no such option"},
    }));
    CAPTURE(text);

    CHECK(error_of_file(text) == error);
}

TEST_CASE("a key that stands twice in an object is refused", "[options]") {
    const auto [text, error] = GENERATE(values<Row>({
        {R"({"threads": 1, "threads": 1})", "boxkited.json: threads: this key is there twice"},
        {R"({"log": {"level": "info"}, "log": {}})", "boxkited.json: log: this key is there twice"},
        {R"({"log": {"level": "info", "level": "off"}})",
         "boxkited.json: log.level: this key is there twice"},
        {R"({"listeners": [{"http": "127.0.0.1:1"}, {"http": "127.0.0.1:2", "http": ""}]})",
         "boxkited.json: listeners[1].http: this key is there twice"},
    }));
    CAPTURE(text);

    CHECK(error_of_file(text) == error);
}

TEST_CASE("a value of the wrong type or range is refused with what was expected", "[options]") {
    const auto [text, error] = GENERATE(values<Row>({
        {R"([])", "boxkited.json: expected an object, not []"},
        {R"({"log": "info"})", "boxkited.json: log: expected an object, not \"info\""},
        {R"({"threads": 0})",
         "boxkited.json: threads: expected a whole number from 1 to 256, not 0"},
        {R"({"threads": -1})",
         "boxkited.json: threads: expected a whole number from 1 to 256, not -1"},
        {R"({"threads": 1.0})",
         "boxkited.json: threads: expected a whole number from 1 to 256, not 1.0"},
        {R"({"threads": "1"})",
         "boxkited.json: threads: expected a whole number from 1 to 256, not \"1\""},
        {R"({"prediction_log": {"queue_bytes": 99999999999999999999}})",
         "boxkited.json: prediction_log.queue_bytes: expected a whole number from 1048576 to "
         "1099511627776, not 1e+20"},
        {R"({"prediction_log": {"queue_bytes": 1048575}})",
         "boxkited.json: prediction_log.queue_bytes: expected a whole number from 1048576 to "
         "1099511627776, not 1048575"},
        {R"({"prediction_log": {"partition_minutes": 7}})",
         "boxkited.json: prediction_log.partition_minutes: expected a whole number from 1 to 1440 "
         "that divides 1440, not 7"},
        {R"({"prediction_log": {"partition_minutes": 0}})",
         "boxkited.json: prediction_log.partition_minutes: expected a whole number from 1 to 1440 "
         "that divides 1440, not 0"},
        {R"({"prediction_log": {"ack": "Queued"}})",
         "boxkited.json: prediction_log.ack: expected one of \"queued\", \"written\", \"synced\", "
         "not \"Queued\""},
        {R"({"no_baseline": 1})", "boxkited.json: no_baseline: expected true or false, not 1"},
        {R"({"baseline": ""})", "boxkited.json: baseline: expected a path, not \"\""},
        {R"({"baseline": "a\u0000b"})",
         "boxkited.json: baseline: expected a path, not \"a\\u0000b\""},
        {R"({"admin_hosts": "a"})",
         "boxkited.json: admin_hosts: expected an array of host names, not \"a\""},
        {R"({"admin_hosts": ["a", "b:80"]})",
         "boxkited.json: admin_hosts[1]: expected a host name without a port, not \"b:80\""},
        {R"({"identity": {"server_id": "\u2028\u001b"}})",
         "boxkited.json: identity.server_id: expected 1 to 100 letters, digits, '.', '_' or '-', "
         "and neither '.' nor '..', not \"\\u2028\\u001b\""},
        {R"({"log": {"level": "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx)"
         R"(xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx"}})",
         "boxkited.json: log.level: expected one of \"debug\", \"info\", \"warning\", \"error\", "
         "\"off\", not "
         "\"xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx..."},
    }));
    CAPTURE(text);

    CHECK(error_of_file(text) == error);
}

TEST_CASE("a config file that cannot be read is refused", "[options]") {
    Loader load;
    const auto name = [&](const std::string& file) {
        load.command_line.config = (load.directory() / file).string();
    };

    name("missing.json");
    CHECK(load.error() == "missing.json: No such file or directory");
    name(".");
    CHECK(load.error() == ".: not a regular file");
    load.file(std::string((1 << 20) + 1, ' '));
    CHECK(load.error() == "boxkited.json: larger than 1 MiB, which no config is");
    load.command_line.config = "";
    CHECK(load.error() == "--config: expected a path, not \"\"");
    load.command_line.config.reset();
    load.environment.variables["BOXKITED_CONFIG"] = "";
    CHECK(load.error() == "BOXKITED_CONFIG: expected a path, not \"\"");
}

TEST_CASE("deep nesting is refused as any other wrong value", "[options]") {
    const std::string deep = std::string(300'000, '[') + std::string(300'000, ']');

    CHECK(error_of_file("{\"listeners\": " + deep + "}") ==
          "boxkited.json: listeners[0]: expected an object, not [[[[[[[[[[[[[[]]]]]]]]]]]]]]");
    CHECK(error_of_variable("BOXKITED_LISTENERS", deep) ==
          "BOXKITED_LISTENERS[0]: expected an object, not [[[[[[[[[[[[[[[]]]]]]]]]]]]]]]");
}

TEST_CASE("an error names the variable or the flag that the value came from", "[options]") {
    CHECK(error_of_variable("BOXKITED_THREADS", "many") ==
          "BOXKITED_THREADS: expected a whole number from 1 to 256, not \"many\"");
    CHECK(error_of_variable("BOXKITED_THREADS", "") ==
          "BOXKITED_THREADS: expected a whole number from 1 to 256, not \"\"");
    CHECK(error_of_variable("BOXKITED_BASELINE", "") ==
          "BOXKITED_BASELINE: expected a path, not \"\"");
    CHECK(error_of_variable("BOXKITED_BASELINE", "\xff") ==
          "BOXKITED_BASELINE: expected UTF-8 text, not \"\\ufffd\"");
    CHECK(error_of_variable("BOXKITED_LISTENERS", "127.0.0.1:9810") ==
          "BOXKITED_LISTENERS: expected an array of one listener or more, not "
          "\"127.0.0.1:9810\"");
    CHECK(error_of_flags({{"--log-level", "loud"}}) ==
          "--log-level: expected one of \"debug\", \"info\", \"warning\", \"error\", \"off\", not "
          "\"loud\"");
    CHECK(error_of_flags({{"--unix", "/a"}, {"--listen", "localhost:1"}}) ==
          "--listen: expected a numeric address and a port, as 127.0.0.1:9810 or [::1]:9810, not "
          "\"localhost:1\"");
    CHECK(error_of_flags({{"--unix", "/a"}, {"--unix", "/./a"}}) ==
          "--unix: /a is the address of another listener");
    CHECK(error_of_flags({{"--bogus", ""}}) == "--bogus: no such flag");
}

TEST_CASE("an identity that cannot stand in a file name stops the start", "[options]") {
    const auto [value, shown] = GENERATE(values<Row>({
        {"../../etc", "\"../../etc\""},
        {"/abs", "\"/abs\""},
        {"a/b", "\"a/b\""},
        {"", "\"\""},
        {".", "\".\""},
        {"..", "\"..\""},
        {"a\nb", "\"a\\nb\""},
        {std::string(300, 'a'), "\"" + std::string(79, 'a') + "..."},
    }));
    CAPTURE(value);
    const std::string reason =
        ": expected 1 to 100 letters, digits, '.', '_' or '-', and neither '.' nor '..', not " +
        shown;

    for (const std::string name :
         {"BOXKITE_ENDPOINT_ID", "BOXKITE_LOGGER_ID", "BOXKITE_REPLICA_ID", "BOXKITE_SERVER_ID",
          "BEDROCK_ENDPOINT_ID", "BEDROCK_LOGGER_ID", "BEDROCK_POD_NAME", "BEDROCK_SERVER_ID",
          "POD_NAME", "BOXKITED_IDENTITY_ENDPOINT_ID"})
        CHECK(error_of_variable(name, value) == name + reason);

    Loader load;
    load.environment.host_name = value;
    CHECK(load.error() == "host name" + reason);
}

TEST_CASE("an ack that the sync cannot keep is refused where the ack was given", "[options]") {
    Loader load;
    load.file(R"({"prediction_log": {"ack": "synced", "sync": "never"}})");
    CHECK(load.error() ==
          "boxkited.json: prediction_log.ack: \"synced\" cannot be kept while prediction_log.sync "
          "is \"never\"");

    load.environment.variables["BOXKITED_PREDICTION_LOG_ACK"] = "synced";
    CHECK(load.error() ==
          "BOXKITED_PREDICTION_LOG_ACK: \"synced\" cannot be kept while prediction_log.sync is "
          "\"never\"");
}

TEST_CASE("the memory has to hold the queue and one request", "[options]") {
    CHECK(error_of_variable("BOXKITED_LIMITS_MEMORY_BYTES", "71303167") ==
          "BOXKITED_LIMITS_MEMORY_BYTES: expected 0 or at least 71303168, which is "
          "prediction_log.queue_bytes and one request, not 71303167");
    CHECK(error_of_variable("BOXKITED_LIMITS_MEMORY_BYTES", "71303168") == "good");
    CHECK(error_of_variable("BOXKITED_PREDICTION_LOG_QUEUE_BYTES", "1048576") == "good");
}

TEST_CASE("a bad listener is refused by its place and key", "[options]") {
    const std::string path_of_108(108, 'p');
    const std::string tcp =
        ".http: expected a numeric address and a port, as 127.0.0.1:9810 or [::1]:9810, not ";
    const auto [json, error] = GENERATE_COPY(values<Row>({
        {"", ": expected an array of one listener or more, not []"},
        {"7", "[0]: expected an object, not 7"},
        {"{}", "[0]: expected exactly one of http, http_unix and ndjson_unix, not 0"},
        {R"({"http": "127.0.0.1:1", "http_unix": "/a"})",
         "[0]: expected exactly one of http, http_unix and ndjson_unix, not 2"},
        {R"({"http": 9810})", "[0]" + tcp + "9810"},
        {R"({"http": "9810"})", "[0]" + tcp + "\"9810\""},
        {R"({"http": "127.0.0.1"})", "[0]" + tcp + "\"127.0.0.1\""},
        {R"({"http": "127.0.0.1:65536"})", "[0]" + tcp + "\"127.0.0.1:65536\""},
        {R"({"http": "127.0.0.1:"})", "[0]" + tcp + "\"127.0.0.1:\""},
        {R"({"http": "127.0.0.1:+1"})", "[0]" + tcp + "\"127.0.0.1:+1\""},
        {R"({"http": "127.1:80"})", "[0]" + tcp + "\"127.1:80\""},
        {R"({"http": "::1:9810"})", "[0]" + tcp + "\"::1:9810\""},
        {R"({"http": "[127.0.0.1]:80"})", "[0]" + tcp + "\"[127.0.0.1]:80\""},
        {R"({"http": "[]:80"})", "[0]" + tcp + "\"[]:80\""},
        {R"({"http": "]:80"})", "[0]" + tcp + "\"]:80\""},
        {R"({"http": "127.0.0.1\u0000:80"})", "[0]" + tcp + "\"127.0.0.1\\u0000:80\""},
        {R"({"http": ":9810"})",
         "[0].http: expected an address before the port (all of them are 0.0.0.0:9810 or "
         "[::]:9810), not \":9810\""},
        {R"({"http": "127.0.0.1:1", "mode": "0660"})",
         "[0].mode: only the socket of http_unix or ndjson_unix has a mode"},
        {R"({"http": "127.0.0.1:1", "serves": "metrics"})",
         "[0].serves: expected an array of \"predictions\", \"metrics\" and \"admin\", not "
         "\"metrics\""},
        {R"({"http": "127.0.0.1:1", "serves": ["metric"]})",
         "[0].serves: expected an array of \"predictions\", \"metrics\" and \"admin\", not "
         "[\"metric\"]"},
        {R"({"http": "127.0.0.1:1", "port": true})",
         "[0].port: no such key; a listener has http, http_unix or ndjson_unix, and serves, mode, "
         "tls, token_file and token_env"},
        {R"({"http": "127.0.0.1:1", "tls": true})",
         "[0].tls: expected an object with certificate and key, not true"},
        {R"({"http": "127.0.0.1:1", "tls": {}})", "[0].tls: expected both certificate and key"},
        {R"({"http": "127.0.0.1:1", "tls": {"certificate": "/c"}})",
         "[0].tls: expected both certificate and key"},
        {R"({"http": "127.0.0.1:1", "tls": {"certificate": "/c", "key": ""}})",
         "[0].tls.key: expected the path of a PEM file, not \"\""},
        {R"({"http": "127.0.0.1:1", "tls": {"certificate": "/c", "key": "/k", "ca": "/a"}})",
         "[0].tls.ca: no such key; tls has certificate, key and client_ca"},
        {R"({"http_unix": "/a", "tls": {"certificate": "/c", "key": "/k"}})",
         "[0].tls: only http speaks it; what a Unix socket takes stays within the machine"},
        {R"({"http": "127.0.0.1:1", "token": "secret"})",
         "[0].token: a token does not belong into a config; token_file or token_env names where it "
         "is"},
        {R"({"http": "127.0.0.1:1", "token_file": 7})",
         "[0].token_file: expected the path of a file, not 7"},
        {R"({"http": "127.0.0.1:1", "token_env": "my-secret"})",
         "[0].token_env: expected the name of an environment variable"},
        {R"({"http": "127.0.0.1:1", "token_env": ""})",
         "[0].token_env: expected the name of an environment variable"},
        {R"({"http": "127.0.0.1:1", "token_env": "A", "token_file": "/a"})",
         "[0]: expected one of token_file and token_env, not both"},
        {R"({"ndjson_unix": "/a", "token_file": "/a"})",
         "[0].token_file: lines have no place for a token; mode says who may write to the socket"},
        {R"({"http_unix": ""})", "[0].http_unix: expected the path of a socket, not \"\""},
        {R"({"http_unix": "/a", "mode": "660"})",
         "[0].mode: expected an octal file mode as \"0660\", not \"660\""},
        {R"({"http_unix": "/a", "mode": "0668"})",
         "[0].mode: expected an octal file mode as \"0660\", not \"0668\""},
        {R"({"http_unix": "/a", "mode": 432})",
         "[0].mode: expected an octal file mode as \"0660\", not 432"},
        {"{\"ndjson_unix\": \"" + path_of_108 + "\"}",
         "[0].ndjson_unix: a socket's path has at most 107 bytes, this one has 108"},
        {R"({"ndjson_unix": "/a", "serves": ["metrics"]})",
         "[0].serves: an ndjson_unix listener takes predictions and nothing else"},
        {R"({"http": "[::1]:1"}, {"http": "[0:0::1]:01"})",
         "[1]: [::1]:1 is the address of another listener"},
        {R"({"http_unix": "/run/a"}, {"ndjson_unix": "/run/b/../a"})",
         "[1]: /run/a is the address of another listener"},
    }));
    CAPTURE(json);

    CHECK(error_of_listener(json) == "BOXKITED_LISTENERS" + error);
}

TEST_CASE("a port of 0 is as many listeners as one likes", "[options]") {
    CHECK(error_of_listener(R"({"http": "127.0.0.1:0"}, {"http": "127.0.0.1:0"})") == "good");
}
