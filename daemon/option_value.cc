#include "daemon/option_value.h"

#include <algorithm>
#include <nlohmann/json.hpp>

#include "daemon/option_drift.h"
#include "daemon/option_listener.h"

namespace boxkited {

namespace {

using nlohmann::json;

constexpr std::size_t kShownBytes = 80;

// Leaves out what is nested deeper than any option is, since printing a value recurses.
json parse(std::string_view text) {
    const auto keep = [](int depth, json::parse_event_t, const json&) { return depth < 16; };
    return json::parse(text, keep, false);
}

// On one line of ASCII, so that nothing in a value can be taken for something else.
std::string shown(const json& value) {
    std::string text = value.dump(-1, ' ', true, json::error_handler_t::replace);
    if (text.size() > kShownBytes) text = text.substr(0, kShownBytes) + "...";
    return text;
}

bool is_path(const std::string& text) {
    return !text.empty() && text.find('\0') == std::string::npos;
}

bool is_host_name(std::string_view text) {
    const auto fits = [](char c) {
        return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
               c == '.' || c == '-' || c == '_';
    };
    return !text.empty() && text.size() <= 253 && std::all_of(text.begin(), text.end(), fits);
}

// Reads a value of each kind. False when it is not a good one; `error` is set when there is more
// to say than what the kind expects.
struct Reader {
    const json& value;
    DaemonOptions& options;
    ValueError error = {};

    bool operator()(const BoolKind& kind) {
        if (!value.is_boolean()) return false;
        kind.member(options) = value.get<bool>();
        return true;
    }

    bool operator()(const PathKind& kind) {
        if (value.is_null() && kind.is_optional) {
            kind.member(options).clear();
            return true;
        }
        if (!value.is_string() || !is_path(value.get_ref<const std::string&>())) return false;
        kind.member(options) = value.get_ref<const std::string&>();
        return true;
    }

    bool operator()(const NameKind& kind) {
        if (value.is_null()) {
            kind.member(options).clear();
            return true;
        }
        if (!value.is_string() || !is_safe_name(value.get_ref<const std::string&>())) return false;
        kind.member(options) = value.get_ref<const std::string&>();
        return true;
    }

    bool operator()(const TextKind& kind) {
        if (value.is_null() && kind.is_optional) {
            kind.member(options).clear();
            return true;
        }
        const bool is_good = value.is_string() && !value.get_ref<const std::string&>().empty() &&
                             kind.is_good(value.get_ref<const std::string&>());
        if (is_good) kind.member(options) = value.get_ref<const std::string&>();
        return is_good;
    }

    bool operator()(const NumberKind& kind) {
        if (!value.is_number_unsigned()) return false;
        const auto number = value.get<std::uint64_t>();
        if (number < kind.minimum || number > kind.maximum) return false;
        if (kind.divides != 0 && kind.divides % number != 0) return false;
        kind.set(options, number);
        return true;
    }

    bool operator()(const RealKind& kind) {
        if (value.is_null() && kind.is_optional) {
            kind.set(options, std::nullopt);
            return true;
        }
        if (!value.is_number()) return false;
        const auto number = value.get<double>();
        if (!(number >= kind.minimum && number <= kind.maximum)) return false;
        kind.set(options, number);
        return true;
    }

    bool operator()(const WindowsKind& kind) {
        return value.is_array() && take(read_windows(value.dump()), kind.member(options));
    }

    bool operator()(const FeaturesKind& kind) {
        return value.is_object() && take(read_features(value.dump()), kind.member(options));
    }

    bool operator()(const ChoiceKind& kind) {
        if (!value.is_string()) return false;
        const auto at =
            std::find(kind.names.begin(), kind.names.end(), value.get_ref<const std::string&>());
        if (at == kind.names.end()) return false;
        kind.set(options, static_cast<std::size_t>(at - kind.names.begin()));
        return true;
    }

    bool operator()(const HostNamesKind& kind) {
        if (!value.is_array()) return false;
        std::vector<std::string> names;
        for (const json& name : value) {
            if (!name.is_string() || !is_host_name(name.get_ref<const std::string&>())) {
                error = wrong_value("a host name without a port", name.dump());
                error.inside = "[" + std::to_string(names.size()) + "]";
                return false;
            }
            names.push_back(name.get<std::string>());
        }
        kind.member(options) = std::move(names);
        return true;
    }

    bool operator()(const LineFieldsKind& kind) {
        if (!value.is_array()) return false;
        LineFields fields;
        for (const json& name : value) {
            const auto at = std::find(kLineFieldNames.begin(), kLineFieldNames.end(), name);
            const auto field = static_cast<LineField>(at - kLineFieldNames.begin());
            if (at == kLineFieldNames.end() || fields.has(field)) return false;
            fields.add(field);
        }
        kind.member(options) = fields;
        return fields.has(LineField::kPredictionId);
    }

    bool operator()(const TextsKind& kind) {
        if (!value.is_array()) return false;
        std::vector<std::string> texts;
        for (const json& text : value) {
            if (!text.is_string() || text.get_ref<const std::string&>().empty()) return false;
            if (std::find(texts.begin(), texts.end(), text) != texts.end()) return false;
            texts.push_back(text.get<std::string>());
        }
        kind.member(options) = std::move(texts);
        return true;
    }

    bool operator()(const ListenersKind& kind) {
        return value.is_array() && !value.empty() &&
               take(read_listeners(value.dump()), kind.member(options));
    }

    template <typename T>
    bool take(Result<T, ValueError> read, T& to) {
        if (read) {
            to = *std::move(read);
        } else {
            error = read.error();
        }
        return read.has_value();
    }
};

struct Printer {
    const DaemonOptions& options;

    std::string operator()(const BoolKind& kind) const {
        return kind.member(options) ? "true" : "false";
    }
    std::string operator()(const PathKind& kind) const {
        const std::string path = kind.member(options).string();
        return path.empty() ? "null" : json(path).dump();
    }
    std::string operator()(const NameKind& kind) const {
        const std::string& name = kind.member(options);
        return name.empty() ? "null" : json(name).dump();
    }
    std::string operator()(const TextKind& kind) const {
        const std::string& text = kind.member(options);
        return text.empty() ? "null" : json(text).dump();
    }
    std::string operator()(const HostNamesKind& kind) const {
        return json(kind.member(options)).dump();
    }
    std::string operator()(const LineFieldsKind& kind) const {
        json names = json::array();
        for (std::size_t i = 0; i < kLineFieldNames.size(); ++i)
            if (kind.member(options).has(static_cast<LineField>(i)))
                names.push_back(kLineFieldNames[i]);
        return names.dump();
    }
    std::string operator()(const TextsKind& kind) const {
        return json(kind.member(options)).dump();
    }
    std::string operator()(const ListenersKind& kind) const {
        return print_listeners(kind.member(options));
    }
    std::string operator()(const NumberKind& kind) const {
        return std::to_string(kind.get(options));
    }
    std::string operator()(const RealKind& kind) const {
        const auto number = kind.get(options);
        return number ? json(*number).dump() : "null";
    }
    std::string operator()(const WindowsKind& kind) const {
        return print_windows(kind.member(options));
    }
    std::string operator()(const FeaturesKind& kind) const {
        return print_features(kind.member(options));
    }
    std::string operator()(const ChoiceKind& kind) const {
        return json(kind.names[kind.get(options)]).dump();
    }
};

}  // namespace

ValueError wrong_value(std::string_view expected, std::string_view json_text) {
    json value = parse(json_text);
    if (value.is_discarded()) value = json_text;
    return {{}, "expected " + std::string(expected) + ", not " + shown(value)};
}

Result<void, ValueError> read_option(const OptionRow& row, std::string_view json_text,
                                     DaemonOptions& options) {
    const json value = parse(json_text);
    Reader reader{value, options};
    if (!value.is_discarded() && std::visit(reader, row.kind)) return {};
    if (!reader.error.reason.empty()) return Failure{std::move(reader.error)};
    return Failure{wrong_value(expected_value(row.kind), json_text)};
}

std::string print_option(const OptionRow& row, const DaemonOptions& options) {
    return std::visit(Printer{options}, row.kind);
}

}  // namespace boxkited
