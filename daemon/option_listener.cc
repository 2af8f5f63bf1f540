#include "daemon/option_listener.h"

#include <algorithm>
#include <array>
#include <filesystem>
#include <nlohmann/json.hpp>

#include "base/ascii_text.h"
#include "daemon/options.h"
#include "http/address.h"

namespace boxkited {

namespace {

using http::ListenerOptions;
using nlohmann::ordered_json;
using Kind = ListenerOptions::Kind;

struct KindKey {
    Kind kind;
    std::string_view key;
    std::uint32_t serves;  // When it does not say.
};
constexpr std::array kKinds{KindKey{Kind::kTcp, "http", kServesAll},
                            KindKey{Kind::kUnix, "http_unix", kServesPredictions},
                            KindKey{Kind::kLinesUnix, "ndjson_unix", kServesPredictions}};

struct Group {
    std::uint32_t bit;
    std::string_view name;
};
constexpr std::array kGroups{Group{kServesPredictions, "predictions"},
                             Group{kServesMetrics, "metrics"}, Group{kServesAdmin, "admin"}};

const KindKey* find_kind(std::string_view key) {
    const auto at =
        std::find_if(kKinds.begin(), kKinds.end(), [&](const auto& k) { return k.key == key; });
    return at == kKinds.end() ? nullptr : &*at;
}

Failure<ValueError> refuse(std::string_view inside, std::string reason) {
    return Failure{ValueError{std::string(inside), std::move(reason)}};
}

Failure<ValueError> refuse_value(std::string_view inside, std::string_view expected,
                                 const ordered_json& value) {
    return refuse(inside, wrong_value(expected, value.dump()).reason);
}

// What two listeners cannot share; empty for a port 0, of which there are many.
std::string claim(const ListenerOptions& listener) {
    if (listener.kind != Kind::kTcp)
        return std::filesystem::path(listener.address).lexically_normal().string();
    const std::string address = http::canonical_tcp(listener.address);
    return address.ends_with(":0") ? std::string() : address;
}

Result<void, ValueError> check_address(const KindKey& kind, const ordered_json& value) {
    const std::string inside = "." + std::string(kind.key);
    const std::string text = value.is_string() ? value.get<std::string>() : std::string();
    if (kind.kind != Kind::kTcp) {
        if (text.empty() || text.find('\0') != std::string::npos)
            return refuse_value(inside, "the path of a socket", value);
        if (text.size() > http::kSocketPathBytes)
            return refuse(inside, "a socket's path has at most 107 bytes, this one has " +
                                      std::to_string(text.size()));
        return {};
    }
    if (text.starts_with(":") && http::parse_tcp_address("0.0.0.0" + text))
        return refuse_value(
            inside,
            "an address before the port (all of them are 0.0.0.0" + text + " or [::]" + text + ")",
            value);
    if (http::canonical_tcp(text).empty())
        return refuse_value(inside, "a numeric address and a port, as 127.0.0.1:9810 or [::1]:9810",
                            value);
    return {};
}

Result<std::uint32_t, ValueError> read_groups(const ordered_json& value) {
    constexpr std::string_view kExpected = "an array of \"predictions\", \"metrics\" and \"admin\"";
    if (!value.is_array()) return refuse_value(".serves", kExpected, value);
    std::uint32_t serves = 0;
    for (const ordered_json& name : value) {
        const auto at = std::find_if(kGroups.begin(), kGroups.end(),
                                     [&](const Group& group) { return name == group.name; });
        if (at == kGroups.end()) return refuse_value(".serves", kExpected, value);
        serves |= at->bit;
    }
    return serves;
}

Result<std::uint32_t, ValueError> read_mode(const ordered_json& value) {
    const std::string text = value.is_string() ? value.get<std::string>() : std::string();
    const auto is_octal = [](char c) { return c >= '0' && c <= '7'; };
    if (text.size() != 4 || text[0] != '0' || !std::all_of(text.begin(), text.end(), is_octal))
        return refuse_value(".mode", "an octal file mode as \"0660\"", value);
    std::uint32_t mode = 0;
    for (const char c : text) mode = mode * 8 + static_cast<std::uint32_t>(c - '0');
    return mode;
}

// The key that says what kind of listener it is.
Result<const KindKey*, ValueError> kind_of(const ordered_json& value) {
    const KindKey* found = nullptr;
    std::size_t count = 0;
    for (const auto& item : value.items())
        if (const KindKey* kind = find_kind(item.key())) {
            found = kind;
            ++count;
        }
    if (count == 1) return found;
    return refuse({}, "expected exactly one of http, http_unix and ndjson_unix, not " +
                          std::to_string(count));
}

// A path, or anything else that is named by a text.
Result<std::string, ValueError> read_text(const std::string& inside, std::string_view expected,
                                          const ordered_json& value) {
    const std::string text = value.is_string() ? value.get<std::string>() : std::string();
    if (text.empty() || text.find('\0') != std::string::npos)
        return refuse_value(inside, expected, value);
    return text;
}

std::string* find_tls_file(std::string_view key, http::TlsFiles& files) {
    if (key == "certificate") return &files.certificate;
    if (key == "key") return &files.key;
    if (key == "client_ca") return &files.client_ca;
    return nullptr;
}

Result<http::TlsFiles, ValueError> read_tls(const ordered_json& value) {
    if (!value.is_object())
        return refuse_value(".tls", "an object with certificate and key", value);
    http::TlsFiles files;
    for (const auto& item : value.items()) {
        const std::string inside = ".tls." + printable(item.key());
        std::string* const file = find_tls_file(item.key(), files);
        if (file == nullptr)
            return refuse(inside, "no such key; tls has certificate, key and client_ca");
        auto path = read_text(inside, "the path of a PEM file", item.value());
        if (!path) return Failure{path.error()};
        *file = *std::move(path);
    }
    if (files.certificate.empty() || files.key.empty())
        return refuse(".tls", "expected both certificate and key");
    return files;
}

// What was meant to be a name may be the token itself, which is shown to nobody.
Result<std::string, ValueError> read_variable_name(const ordered_json& value) {
    const std::string text = value.is_string() ? value.get<std::string>() : std::string();
    const auto is_part = [](char c) {
        return is_digit(c) || (lower(c) >= 'a' && lower(c) <= 'z') || c == '_';
    };
    if (text.empty() || is_digit(text.front()) || !std::all_of(text.begin(), text.end(), is_part))
        return refuse(".token_env", "expected the name of an environment variable");
    return text;
}

Result<void, ValueError> read_token(std::string_view key, const ordered_json& value,
                                    ListenerOptions& listener) {
    if (listener.kind == Kind::kLinesUnix)
        return refuse("." + std::string(key),
                      "lines have no place for a token; mode says who may write to the socket");
    auto text = key == "token_env" ? read_variable_name(value)
                                   : read_text(".token_file", "the path of a file", value);
    if (!text) return Failure{text.error()};
    (key == "token_env" ? listener.token_env : listener.token_file) = *std::move(text);
    if (!listener.token_env.empty() && !listener.token_file.empty())
        return refuse({}, "expected one of token_file and token_env, not both");
    return {};
}

Result<void, ValueError> read_setting(std::string_view key, const ordered_json& value,
                                      ListenerOptions& listener) {
    if (key == "serves") {
        if (listener.kind == Kind::kLinesUnix)
            return refuse(".serves", "an ndjson_unix listener takes predictions and nothing else");
        auto serves = read_groups(value);
        if (!serves) return Failure{serves.error()};
        listener.serves = *serves;
        return {};
    }
    if (key == "mode") {
        if (listener.kind == Kind::kTcp)
            return refuse(".mode", "only the socket of http_unix or ndjson_unix has a mode");
        auto mode = read_mode(value);
        if (!mode) return Failure{mode.error()};
        listener.mode = *mode;
        return {};
    }
    if (key == "tls") {
        if (listener.kind != Kind::kTcp)
            return refuse(".tls",
                          "only http speaks it; what a Unix socket takes stays within the "
                          "machine");
        auto tls = read_tls(value);
        if (!tls) return Failure{tls.error()};
        listener.tls = *std::move(tls);
        return {};
    }
    if (key == "token_file" || key == "token_env") return read_token(key, value, listener);
    if (key == "token")
        return refuse(".token",
                      "a token does not belong into a config; token_file or token_env "
                      "names where it is");
    return refuse("." + printable(key),
                  "no such key; a listener has http, http_unix or ndjson_unix, and serves, mode, "
                  "tls, token_file and token_env");
}

Result<ListenerOptions, ValueError> read_listener(const ordered_json& value) {
    if (!value.is_object()) return refuse_value({}, "an object", value);
    const auto kind = kind_of(value);
    if (!kind) return Failure{kind.error()};
    const ordered_json& address = value.at(std::string((*kind)->key));
    if (auto good = check_address(**kind, address); !good) return Failure{good.error()};

    ListenerOptions listener{(*kind)->kind, address.get<std::string>(), 0660, (*kind)->serves};
    for (const auto& item : value.items()) {
        if (item.key() == (*kind)->key) continue;
        auto good = read_setting(item.key(), item.value(), listener);
        if (!good) return Failure{good.error()};
    }
    return listener;
}

std::string octal(std::uint32_t mode) {
    std::string text = "0000";
    for (std::size_t i = 4; i-- > 1; mode /= 8) text[i] = static_cast<char>('0' + mode % 8);
    return text;
}

ordered_json to_json(const http::TlsFiles& files) {
    ordered_json object = {{"certificate", files.certificate}, {"key", files.key}};
    if (!files.client_ca.empty()) object["client_ca"] = files.client_ca;
    return object;
}

ordered_json to_json(const ListenerOptions& listener) {
    const auto kind = std::find_if(kKinds.begin(), kKinds.end(),
                                   [&](const KindKey& k) { return k.kind == listener.kind; });
    ordered_json object = {{std::string(kind->key), listener.address}};
    if (listener.tls) object["tls"] = to_json(*listener.tls);
    if (!listener.token_file.empty()) object["token_file"] = listener.token_file;
    if (!listener.token_env.empty()) object["token_env"] = listener.token_env;
    if (listener.kind != Kind::kTcp) object["mode"] = octal(listener.mode);
    if (listener.kind == Kind::kLinesUnix) return object;
    object["serves"] = ordered_json::array();
    for (const Group& group : kGroups)
        if ((listener.serves & group.bit) != 0) object["serves"].push_back(group.name);
    return object;
}

}  // namespace

bool is_open_to_others(const ListenerOptions& listener) {
    if (listener.kind != Kind::kTcp) return false;
    const std::string address = http::canonical_tcp(listener.address);
    return !address.starts_with("127.") && !address.starts_with("[::1]") &&
           !address.starts_with("[::ffff:127.");
}

Result<std::vector<ListenerOptions>, ValueError> read_listeners(std::string_view json) {
    std::vector<ListenerOptions> listeners;
    std::vector<std::string> claims;
    for (const ordered_json& value : ordered_json::parse(json)) {
        const std::string index = "[" + std::to_string(listeners.size()) + "]";
        auto listener = read_listener(value);
        if (!listener) return refuse(index + listener.error().inside, listener.error().reason);
        std::string taken = claim(*listener);
        if (!taken.empty() && std::find(claims.begin(), claims.end(), taken) != claims.end())
            return refuse(index, printable(taken) + " is the address of another listener");
        claims.push_back(std::move(taken));
        listeners.push_back(*std::move(listener));
    }
    return listeners;
}

std::string print_listeners(const std::vector<ListenerOptions>& listeners) {
    ordered_json array = ordered_json::array();
    for (const ListenerOptions& listener : listeners) array.push_back(to_json(listener));
    return array.dump();
}

}  // namespace boxkited
