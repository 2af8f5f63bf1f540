#include "daemon/option_sources.h"

#include <algorithm>
#include <array>

#include "base/json_text.h"
#include "base/utf8.h"
#include "daemon/option_listener.h"

namespace boxkited {

namespace {

// The variables besides the option's own that name a part of the identity; the first that is
// there counts.
struct IdentityVariables {
    std::string_view path;
    std::array<std::string_view, 2> names;
};
constexpr std::array kIdentityVariables{
    IdentityVariables{"identity.endpoint_id", {"BOXKITE_ENDPOINT_ID", "BEDROCK_ENDPOINT_ID"}},
    IdentityVariables{"identity.logger_id", {"BOXKITE_LOGGER_ID", "BEDROCK_LOGGER_ID"}},
    IdentityVariables{"identity.replica_id", {"BOXKITE_REPLICA_ID", "BEDROCK_POD_NAME"}},
    IdentityVariables{"identity.server_id", {"BOXKITE_SERVER_ID", "BEDROCK_SERVER_ID"}}};

std::vector<std::string> names_of(const OptionRow& row) {
    std::vector<std::string> names{variable_name(row)};
    for (const IdentityVariables& more : kIdentityVariables)
        if (more.path == row.path) names.insert(names.end(), more.names.begin(), more.names.end());
    return names;
}

template <typename... Kinds>
bool holds_any(const OptionKind& kind) {
    return (std::holds_alternative<Kinds>(kind) || ...);
}

// A value as one writes it outside of JSON: texts bare, all else as in the file.
Result<Setting, OptionsError> bare_setting(const OptionRow& row, const std::string& value,
                                           std::string where) {
    if (!is_utf8(value))
        return Failure{OptionsError{std::move(where), wrong_value("UTF-8 text", value).reason}};
    const bool is_text = holds_any<PathKind, NameKind, TextKind, ChoiceKind>(row.kind);
    return Setting{&row, is_text ? json_string(value) : value, std::move(where)};
}

// Variables that Kubernetes makes in every pod beside a service named boxkited.
bool is_of_kubernetes(std::string_view name) {
    return name.starts_with("BOXKITED_PORT") || name.starts_with("BOXKITED_SERVICE_");
}

struct ListenerFlag {
    std::string_view flag;
    std::string_view key;
};
constexpr std::array kListenerFlags{ListenerFlag{"--listen", "http"},
                                    ListenerFlag{"--unix", "http_unix"},
                                    ListenerFlag{"--ndjson-unix", "ndjson_unix"}};

const ListenerFlag* find_listener_flag(const std::string& name) {
    const auto at = std::find_if(kListenerFlags.begin(), kListenerFlags.end(),
                                 [&](const ListenerFlag& each) { return each.flag == name; });
    return at == kListenerFlags.end() ? nullptr : &*at;
}

// Adds the listener to the JSON array `listeners`, which is empty text at first.
Result<void, OptionsError> add_listener(const ListenerFlag& kind, const CommandLine::Flag& flag,
                                        std::string& listeners) {
    if (!is_utf8(flag.value))
        return Failure{OptionsError{flag.name, wrong_value("UTF-8 text", flag.value).reason}};
    const std::string object =
        "{\"" + std::string(kind.key) + "\":" + json_string(flag.value) + "}";
    const std::string all = listeners.empty()
                                ? "[" + object + "]"
                                : listeners.substr(0, listeners.size() - 1) + "," + object + "]";
    // Those before are good, so an error is this flag's.
    auto good = read_listeners(all);
    if (!good) return Failure{OptionsError{flag.name, good.error().reason}};
    listeners = all;
    return {};
}

// A bool's flag has no value: it sets what is not the default.
std::string value_of_flag(const OptionRow& row, const CommandLine::Flag& flag) {
    const auto* kind = std::get_if<BoolKind>(&row.kind);
    if (kind == nullptr) return flag.value;
    return kind->member(DaemonOptions()) ? "false" : "true";
}

// Who names a baseline or a log directory wants it, whatever the file says.
void imply(std::string_view flag, std::vector<Setting>& settings) {
    if (flag == "--baseline")
        settings.push_back({find_option("no_baseline"), "false", std::string(flag)});
    if (flag == "--log-dir")
        settings.push_back({find_option("prediction_log.enabled"), "true", std::string(flag)});
}

Setting surrounding(std::string_view path, const std::string& value, std::string where) {
    return {find_option(path), json_string(value), std::move(where)};
}

Setting replica_of(const Environment& environment) {
    const auto pod = environment.variables.find("POD_NAME");
    if (pod != environment.variables.end())
        return surrounding("identity.replica_id", pod->second, "POD_NAME");
    return surrounding("identity.replica_id", environment.host_name, "host name");
}

}  // namespace

Result<std::vector<Setting>, OptionsError> settings_of_variables(const Environment& environment) {
    std::vector<Setting> settings;
    for (const OptionRow& row : option_table()) {
        for (const std::string& name : names_of(row)) {
            const auto variable = environment.variables.find(name);
            if (variable == environment.variables.end()) continue;
            auto setting = bare_setting(row, variable->second, name);
            if (!setting) return Failure{setting.error()};
            settings.push_back(*std::move(setting));
            break;
        }
    }
    return settings;
}

std::vector<std::string> warn_of_variables(const Environment& environment,
                                           const DaemonOptions& options) {
    std::vector<std::string> known{"BOXKITED_CONFIG"};
    for (const OptionRow& row : option_table()) known.push_back(variable_name(row));
    for (const auto& listener : options.http.listeners) known.push_back(listener.token_env);
    known.push_back(options.hash_key_env);

    std::vector<std::string> warnings;
    for (const auto& variable : environment.variables) {
        const std::string& name = variable.first;
        if (!name.starts_with("BOXKITED_") || is_of_kubernetes(name)) continue;
        if (std::find(known.begin(), known.end(), name) != known.end()) continue;
        const std::string near = nearest(name, known);
        warnings.push_back(printable(name) + ": no such option" +
                           (near.empty() ? near : "; did you mean " + near + "?"));
    }
    return warnings;
}

Result<std::vector<Setting>, OptionsError> settings_of_flags(
    const std::vector<CommandLine::Flag>& flags) {
    std::vector<Setting> settings;
    std::string listeners;
    std::string listeners_where;
    for (const CommandLine::Flag& flag : flags) {
        if (const ListenerFlag* kind = find_listener_flag(flag.name)) {
            auto good = add_listener(*kind, flag, listeners);
            if (!good) return Failure{good.error()};
            listeners_where = flag.name;
        } else if (const OptionRow* row = find_flag(flag.name)) {
            imply(flag.name, settings);
            auto setting = bare_setting(*row, value_of_flag(*row, flag), flag.name);
            if (!setting) return Failure{setting.error()};
            settings.push_back(*std::move(setting));
        } else {
            return Failure{OptionsError{printable(flag.name), "no such flag"}};
        }
    }
    if (!listeners.empty())
        settings.push_back({find_option("listeners"), listeners, listeners_where});
    return settings;
}

std::vector<Setting> settings_of_surroundings(const Identity& chosen,
                                              const Environment& environment) {
    const std::string where = "default";
    std::vector<Setting> settings;
    if (chosen.endpoint_id.empty())
        settings.push_back(surrounding("identity.endpoint_id", "unknown-endpoint", where));
    if (chosen.logger_id.empty())
        settings.push_back(surrounding("identity.logger_id", "unknown-logger", where));
    if (chosen.replica_id.empty()) settings.push_back(replica_of(environment));
    if (chosen.server_id.empty())
        settings.push_back(surrounding("identity.server_id", "unknown-server", where));
    return settings;
}

}  // namespace boxkited
