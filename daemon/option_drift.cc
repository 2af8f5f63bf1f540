#include "daemon/option_drift.h"

#include <algorithm>
#include <charconv>
#include <nlohmann/json.hpp>
#include <optional>

#include "base/json_text.h"

namespace boxkited {

namespace {

using nlohmann::ordered_json;
using Features = decltype(DriftOptions::features);

constexpr std::string_view kExpectedWindow =
    "a whole number from 1 s to 31 d and its unit s, m, h or d, as \"10m\"";
constexpr std::size_t kMostWindows = 10;
constexpr double kMostThreshold = 1e9;
constexpr std::chrono::seconds kLongestWindow = std::chrono::days(31);

Failure<ValueError> refuse_value(std::string inside, std::string_view expected,
                                 const ordered_json& value) {
    return Failure{ValueError{std::move(inside), wrong_value(expected, value.dump()).reason}};
}

std::optional<std::chrono::seconds> unit_of(char letter) {
    switch (letter) {
        case 's':
            return std::chrono::seconds(1);
        case 'm':
            return std::chrono::minutes(1);
        case 'h':
            return std::chrono::hours(1);
        case 'd':
            return std::chrono::days(1);
        default:
            return std::nullopt;
    }
}

std::optional<std::chrono::seconds> length_of(std::string_view text) {
    constexpr std::size_t kMostDigits = 7;
    if (text.size() < 2 || text.size() > kMostDigits + 1 || text[0] == '0') return std::nullopt;
    const auto unit = unit_of(text.back());
    std::uint32_t number = 0;
    const char* const end = text.data() + text.size() - 1;
    const auto read = std::from_chars(text.data(), end, number);
    if (!unit || read.ec != std::errc() || read.ptr != end) return std::nullopt;
    const auto length = number * *unit;
    return length > kLongestWindow ? std::nullopt : std::optional(length);
}

Result<std::optional<double>, ValueError> read_threshold(const std::string& inside,
                                                         const ordered_json& value) {
    if (value.is_null()) return std::optional<double>();
    const double threshold = value.is_number() ? value.get<double>() : -1;
    if (!(threshold >= 0 && threshold <= kMostThreshold))
        return refuse_value(inside, "null or a number from 0 to 1000000000", value);
    return std::optional(value.get<double>());
}

Result<std::optional<Statistic>, ValueError> read_statistic(const std::string& inside,
                                                            const ordered_json& value) {
    if (value.is_null()) return std::optional<Statistic>();
    const auto statistic =
        value.is_string() ? statistic_named(value.get_ref<const std::string&>()) : std::nullopt;
    if (statistic) return statistic;
    std::string names;
    for (const Statistic each : kStatistics)
        names.append(names.empty() ? "" : ", ").append(json_string(label(each)));
    return refuse_value(inside, "null or one of " + names, value);
}

Result<DriftOptions::Feature, ValueError> read_feature(const std::string& inside,
                                                       const ordered_json& value) {
    if (!value.is_object()) return refuse_value(inside, "an object", value);
    DriftOptions::Feature feature;
    for (const auto& item : value.items()) {
        const std::string place = inside + "." + printable(item.key());
        if (item.key() == "statistic") {
            auto read = read_statistic(place, item.value());
            if (!read) return Failure{read.error()};
            feature.statistic = *read;
        } else if (item.key() == "threshold") {
            auto read = read_threshold(place, item.value());
            if (!read) return Failure{read.error()};
            feature.threshold = *read;
        } else if (item.key() == "ignore") {
            if (!item.value().is_boolean())
                return refuse_value(place, "true or false", item.value());
            feature.ignore = item.value().get<bool>();
        } else {
            return Failure{
                ValueError{place, "no such key; a feature has statistic, threshold and ignore"}};
        }
    }
    return feature;
}

}  // namespace

Result<std::vector<WindowOptions>, ValueError> read_windows(std::string_view json) {
    std::vector<WindowOptions> windows;
    for (const ordered_json& value : ordered_json::parse(json)) {
        const std::string inside = "[" + std::to_string(windows.size()) + "]";
        const auto length =
            value.is_string() ? length_of(value.get_ref<const std::string&>()) : std::nullopt;
        if (!length) return refuse_value(inside, kExpectedWindow, value);
        if (windows.size() == kMostWindows)
            return Failure{ValueError{
                inside, "there are at most " + std::to_string(kMostWindows) + " windows"}};
        for (const WindowOptions& other : windows)
            if (other.length == *length)
                return Failure{ValueError{inside, "as long as " + other.name}};
        windows.push_back({value.get<std::string>(), *length});
    }
    return windows;
}

std::string print_windows(const std::vector<WindowOptions>& windows) {
    ordered_json names = ordered_json::array();
    for (const WindowOptions& window : windows) names.push_back(window.name);
    return names.dump();
}

Result<Features, ValueError> read_features(std::string_view json) {
    Features features;
    const ordered_json document = ordered_json::parse(json);
    for (const auto& item : document.items()) {
        auto feature = read_feature("." + printable(item.key()), item.value());
        if (!feature) return Failure{feature.error()};
        features.emplace(item.key(), *feature);
    }
    return features;
}

std::string print_features(const Features& features) {
    ordered_json document = ordered_json::object();
    for (const auto& [name, feature] : features) {
        ordered_json& entry = document[name] = ordered_json::object();
        if (feature.statistic) entry["statistic"] = label(*feature.statistic);
        if (feature.threshold) entry["threshold"] = *feature.threshold;
        if (feature.ignore) entry["ignore"] = true;
    }
    return document.dump();
}

}  // namespace boxkited
