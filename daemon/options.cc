#include "daemon/options.h"

#include <unistd.h>

#include <algorithm>
#include <array>
#include <nlohmann/json.hpp>
#include <optional>
#include <utility>

#include "daemon/access.h"
#include "daemon/option_file.h"
#include "daemon/option_sources.h"
#include "daemon/option_table.h"
#include "daemon/option_value.h"
#include "shipping/store_url.h"

namespace boxkited {

namespace {

// The options on their way from the defaults upwards.
class Layers {
public:
    // Puts values above those that are there.
    Result<void, OptionsError> add(const std::vector<Setting>& settings) {
        for (const Setting& setting : settings) {
            auto good = read_option(*setting.row, setting.json, options_);
            if (!good)
                return Failure{OptionsError{setting.where + good.error().inside,
                                            std::move(good.error().reason)}};
            where_[std::string(setting.row->path)] = setting.where;
        }
        return {};
    }

    // The same for values that could not all be found.
    Result<void, OptionsError> add(const Result<std::vector<Setting>, OptionsError>& settings) {
        if (!settings) return Failure{settings.error()};
        return add(*settings);
    }

    // Where the value of an option comes from; its path when it is the default.
    std::string where(const std::string& path) const {
        const auto at = where_.find(path);
        return at == where_.end() ? path : at->second;
    }

    const DaemonOptions& options() const { return options_; }

private:
    DaemonOptions options_;
    std::map<std::string, std::string> where_;  // By path.
};

// A config file, and who named it.
struct ConfigName {
    std::string path;
    std::string where;
};

std::optional<ConfigName> config_name(const CommandLine& command_line,
                                      const Environment& environment) {
    if (command_line.config) return ConfigName{*command_line.config, "--config"};
    const auto variable = environment.variables.find("BOXKITED_CONFIG");
    if (variable == environment.variables.end()) return std::nullopt;
    return ConfigName{variable->second, variable->first};
}

Result<std::vector<Setting>, OptionsError> settings_of_config(const CommandLine& command_line,
                                                              const Environment& environment) {
    const auto config = config_name(command_line, environment);
    if (!config) return std::vector<Setting>();
    if (config->path.empty())
        return Failure{OptionsError{config->where, wrong_value("a path", "\"\"").reason}};
    return settings_of_file(config->path);
}

std::uint64_t memory_in_force(const DaemonOptions& options) {
    return options.memory_bytes != 0 ? options.memory_bytes
                                     : 2 * options.prediction_log.queue_bytes;
}

Result<void, OptionsError> check_together(const Layers& layers) {
    const DaemonOptions& options = layers.options();
    const PredictionLogOptions& log = options.prediction_log;
    if (log.ack == PredictionLogOptions::Ack::kSynced &&
        log.sync == PredictionLogOptions::Sync::kNever)
        return Failure{OptionsError{layers.where("prediction_log.ack"),
                                    "\"synced\" cannot be kept while prediction_log.sync is "
                                    "\"never\""}};

    const int keys = int{!options.hash_key_file.empty()} + int{!options.hash_key_env.empty()};
    if (!log.hashed_features.empty() && keys != 1)
        return Failure{OptionsError{layers.where("prediction_log.hashed_features"),
                                    "expected exactly one of prediction_log.hash_key_file and "
                                    "prediction_log.hash_key_env with them, not " +
                                        std::to_string(keys)}};

    // A larger body is refused anyway: the queue could never hold it.
    const std::uint64_t largest = std::min<std::uint64_t>(options.http.body_bytes, log.queue_bytes);
    if (memory_in_force(options) < log.queue_bytes + largest)
        return Failure{
            OptionsError{layers.where("limits.memory_bytes"),
                         "expected 0 or at least " + std::to_string(log.queue_bytes + largest) +
                             ", which is prediction_log.queue_bytes and one request, not " +
                             std::to_string(options.memory_bytes)}};
    return {};
}

// A request body is often made of the very values that are to be hashed.
void warn_of_hashing(const DaemonOptions& options, std::vector<std::string>& warnings) {
    const PredictionLogOptions& log = options.prediction_log;
    if (log.hashed_features.empty()) return;
    for (const LineField field : {LineField::kRequestBody, LineField::kMetadata})
        if (log.fields.has(field))
            warnings.push_back(
                "prediction_log.hashed_features: " +
                std::string(kLineFieldNames[static_cast<std::size_t>(field)]) +
                " is written as sent, whatever it holds; prediction_log.fields can leave it out");
}

Result<void, OptionsError> check_shipping(const Layers& layers) {
    const ShipOptions& ship = layers.options().ship;
    if (!ship.enabled()) return {};
    if (ship.bucket.empty())
        return Failure{OptionsError{layers.where("prediction_log.ship.bucket"),
                                    "must be set when prediction_log.ship.endpoint is"}};
    if (ship.credentials == ShipOptions::CredentialsFrom::kFile && ship.credentials_file.empty())
        return Failure{
            OptionsError{layers.where("prediction_log.ship.credentials_file"),
                         "must be set when prediction_log.ship.credentials is \"file\""}};
    return {};
}

void warn_of_shipping(const ShipOptions& ship, std::vector<std::string>& warnings) {
    if (ship.enabled() && is_readable_by_others(ship.endpoint))
        warnings.emplace_back(
            "prediction_log.ship.endpoint: without https others can read what is shipped");
}

void warn_of_listeners(const DaemonOptions& options, std::vector<std::string>& warnings) {
    const auto& listeners = options.http.listeners;
    const bool metrics = std::any_of(listeners.begin(), listeners.end(), [](const auto& each) {
        return each.kind != http::ListenerOptions::Kind::kLinesUnix &&
               (each.serves & kServesMetrics) != 0;
    });
    if (!metrics)
        warnings.emplace_back("listeners: none serves metrics, so nothing can be scraped");
    for (std::string& warning : warn_of_access(listeners)) warnings.push_back(std::move(warning));
}

}  // namespace

Environment process_environment() {
    Environment environment;
    for (char** each = environ; each != nullptr && *each != nullptr; ++each) {
        const std::string_view variable = *each;
        const std::size_t equals = variable.find('=');
        if (equals == std::string_view::npos) continue;
        environment.variables.emplace(variable.substr(0, equals), variable.substr(equals + 1));
    }
    std::array<char, 256> name{};
    if (::gethostname(name.data(), name.size() - 1) == 0) environment.host_name = name.data();
    return environment;
}

std::string to_string(const OptionsError& error) { return error.where + ": " + error.reason; }

Result<LoadedOptions, OptionsError> load_options(const CommandLine& command_line,
                                                 const Environment& environment) {
    Layers layers;
    if (auto good = layers.add(settings_of_config(command_line, environment)); !good)
        return Failure{good.error()};
    if (auto good = layers.add(settings_of_variables(environment)); !good)
        return Failure{good.error()};
    if (auto good = layers.add(settings_of_flags(command_line.flags)); !good)
        return Failure{good.error()};
    const Identity chosen = layers.options().identity;
    if (auto good = layers.add(settings_of_surroundings(chosen, environment)); !good)
        return Failure{good.error()};
    if (auto good = check_together(layers); !good) return Failure{good.error()};
    if (auto good = check_shipping(layers); !good) return Failure{good.error()};

    LoadedOptions loaded{layers.options(), warn_of_variables(environment, layers.options())};
    loaded.options.http.memory_bytes =
        memory_in_force(loaded.options) - loaded.options.prediction_log.queue_bytes;
    if (const ShipOptions& ship = loaded.options.ship; ship.enabled())
        loaded.options.prediction_log.seal_after = ship.delay;
    warn_of_hashing(loaded.options, loaded.warnings);
    warn_of_listeners(loaded.options, loaded.warnings);
    warn_of_shipping(loaded.options.ship, loaded.warnings);
    return loaded;
}

std::string config_text(const DaemonOptions& options) {
    using nlohmann::ordered_json;
    ordered_json document = ordered_json::object();
    for (const OptionRow& row : option_table()) {
        ordered_json value = ordered_json::parse(print_option(row, options));
        ordered_json* section = &document;
        std::string_view key = row.path;
        for (auto dot = key.find('.'); dot != key.npos; dot = key.find('.')) {
            section = &(*section)[std::string(key.substr(0, dot))];
            key.remove_prefix(dot + 1);
        }
        (*section)[std::string(key)] = std::move(value);
    }
    return document.dump(2) + "\n";
}

std::vector<std::string> needs_restart(const DaemonOptions& running, const DaemonOptions& loaded) {
    std::vector<std::string> paths;
    for (const OptionRow& row : option_table())
        if (row.reload == OptionRow::Reload::kNeedsRestart &&
            print_option(row, running) != print_option(row, loaded))
            paths.emplace_back(row.path);
    return paths;
}

std::string clamp_connections(DaemonOptions& options, std::uint64_t descriptors) {
    const std::size_t most = std::max<std::size_t>(descriptors / 2, 1);
    if (options.http.connections <= most) return {};
    const std::size_t wanted = std::exchange(options.http.connections, most);
    return "limits.connections: lowered from " + std::to_string(wanted) + " to " +
           std::to_string(most) + ", half of the " + std::to_string(descriptors) +
           " descriptors that this process may open";
}

}  // namespace boxkited
