#include "daemon/access.h"

#include <algorithm>

#include "base/ascii_text.h"
#include "base/json_text.h"
#include "base/regular_file.h"
#include "daemon/option_listener.h"

namespace boxkited {

namespace {

using http::ListenerOptions;

constexpr std::size_t kShortestToken = 16;
constexpr std::size_t kLongestToken = 4096;

using Text = Result<std::string, std::string>;

Text read_token_file(const std::string& path) {
    const std::string where = "token_file: " + printable(path) + ": ";
    auto text = read_regular_file(path, 2 * kLongestToken);
    if (!text) return Failure{where + to_string(text.error())};
    return *std::move(text);
}

Text read_token_variable(const std::string& name, const Environment& environment) {
    const auto variable = environment.variables.find(name);
    if (variable == environment.variables.end())
        return Failure{"token_env: " + name + ": there is no such environment variable"};
    return variable->second;
}

// Editors and `echo` end a file with a line end, which is not meant.
Result<http::BearerToken, std::string> make_token(std::string_view text, const std::string& where) {
    const std::string_view token = trimmed(text, " \t\r\n");
    const auto is_visible = [](char c) { return c > ' ' && c <= '~'; };
    if (token.size() < kShortestToken || token.size() > kLongestToken ||
        !std::all_of(token.begin(), token.end(), is_visible))
        return Failure{where + ": expected a token of " + std::to_string(kShortestToken) + " to " +
                       std::to_string(kLongestToken) + " visible ASCII characters"};
    return http::BearerToken(token);
}

Result<http::BearerToken, std::string> load_token(const ListenerOptions& listener,
                                                  const Environment& environment) {
    const bool is_file = listener.token_env.empty();
    const auto text = is_file ? read_token_file(listener.token_file)
                              : read_token_variable(listener.token_env, environment);
    if (!text) return Failure{text.error()};
    return make_token(*text, is_file ? "token_file: " + printable(listener.token_file)
                                     : "token_env: " + listener.token_env);
}

Result<http::Access, std::string> load_one(const ListenerOptions& listener,
                                           const Environment& environment) {
    http::Access access;
    if (listener.tls) {
        auto tls = http::TlsContext::load(*listener.tls);
        if (!tls) return Failure{"tls." + tls.error().member + ": " + tls.error().reason};
        access.tls = *std::move(tls);
    }
    if (listener.has_token()) {
        auto token = load_token(listener, environment);
        if (!token) return Failure{token.error()};
        access.token = *token;
    }
    return access;
}

std::string place(std::size_t index) { return "listeners[" + std::to_string(index) + "]"; }

bool asks_who_comes(const ListenerOptions& listener) {
    return listener.has_token() || (listener.tls && !listener.tls->client_ca.empty());
}

std::string warning_of(const ListenerOptions& listener) {
    if (!is_open_to_others(listener)) return {};
    if ((listener.serves & (kServesPredictions | kServesAdmin)) != 0 && !asks_who_comes(listener))
        return "serves predictions or admin routes to other hosts, whoever asks; give it a "
               "token_file or tls with client_ca, let it serve metrics alone, or bind it to "
               "127.0.0.1";
    if (listener.has_token() && !listener.tls)
        return "takes its token over plain HTTP, where others can read it; give it tls";
    return {};
}

}  // namespace

Result<std::vector<http::Access>, std::string> load_access(
    const std::vector<ListenerOptions>& listeners, const Environment& environment) {
    std::vector<http::Access> all;
    for (const ListenerOptions& listener : listeners) {
        auto access = load_one(listener, environment);
        if (!access) return Failure{place(all.size()) + "." + access.error()};
        all.push_back(*std::move(access));
    }
    return all;
}

std::vector<std::string> warn_of_access(const std::vector<ListenerOptions>& listeners) {
    std::vector<std::string> warnings;
    for (std::size_t i = 0; i < listeners.size(); ++i)
        if (const std::string warning = warning_of(listeners[i]); !warning.empty())
            warnings.push_back(place(i) + ": " + listeners[i].address + " " + warning);
    return warnings;
}

}  // namespace boxkited
