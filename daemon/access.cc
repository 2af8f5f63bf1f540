#include "daemon/access.h"

#include "daemon/option_listener.h"
#include "daemon/secret.h"

namespace boxkited {

namespace {

using http::ListenerOptions;

Result<http::BearerToken, std::string> load_token(const ListenerOptions& listener,
                                                  const Environment& environment) {
    const auto token = load_secret({"token", listener.token_file, listener.token_env}, environment);
    if (!token) return Failure{token.error()};
    return http::BearerToken(*token);
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
