#include <arpa/inet.h>
#include <netdb.h>
#include <sys/socket.h>
#include <sys/un.h>

#include <algorithm>
#include <cstdio>
#include <cstring>
#include <memory>
#include <utility>

#include "base/unique_fd.h"
#include "daemon/commands/commands.h"
#include "http/address.h"
#include "http/tls_stream.h"

namespace boxkited {

namespace {

constexpr timeval kPatience{.tv_sec = 5, .tv_usec = 0};

constexpr std::string_view kRequest =
    "GET /healthz HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n";
constexpr std::string_view kLineEnd = "\r\n";

// A socket that waits for its peer no longer than kPatience.
class Socket {
public:
    Socket(const sockaddr* address, std::size_t size)
        : fd_(socket(address->sa_family, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
        setsockopt(fd_.get(), SOL_SOCKET, SO_RCVTIMEO, &kPatience, sizeof kPatience);
        setsockopt(fd_.get(), SOL_SOCKET, SO_SNDTIMEO, &kPatience, sizeof kPatience);
        // When it fails, nothing can be said.
        (void)connect(fd_.get(), address, static_cast<socklen_t>(size));
    }

    // The questions are short: a socket takes them whole.
    bool say(std::string_view bytes) {
        return send(fd_.get(), bytes.data(), bytes.size(), MSG_NOSIGNAL) ==
               static_cast<ssize_t>(bytes.size());
    }

    // Empty when nothing comes any more.
    std::string hear() {
        std::string bytes(4096, '\0');
        const ssize_t got = recv(fd_.get(), bytes.data(), bytes.size(), 0);
        bytes.resize(static_cast<std::size_t>(std::max<ssize_t>(got, 0)));
        return bytes;
    }

private:
    UniqueFd fd_;
};

// Each: the first line of the answer; empty when there is none.

std::string first_line(const std::string& answer) {
    return answer.substr(0, answer.find(kLineEnd));
}

std::string ask(Socket socket) {
    if (!socket.say(kRequest)) return {};
    std::string answer;
    while (answer.find(kLineEnd) == answer.npos) {
        const std::string more = socket.hear();
        if (more.empty()) return {};
        answer += more;
    }
    return first_line(answer);
}

// Believes whoever is there: the question is no secret.
std::string ask_within_tls(Socket socket) {
    using State = http::TlsStream::State;
    http::TlsStream tls(http::TlsContext::of_client());
    std::string answer;
    for (bool has_asked = false; answer.find(kLineEnd) == answer.npos;) {
        if (tls.state() == State::kOpen && !std::exchange(has_asked, true) && !tls.seal(kRequest))
            return {};
        const std::string sealed = std::exchange(tls.outgoing(), {});
        if (!sealed.empty() && !socket.say(sealed)) return {};
        const std::string heard = socket.hear();
        if (heard.empty()) return {};
        std::string room(heard.size() + http::TlsStream::kMostKept, '\0');
        answer.append(room, 0, tls.open(heard, room.data()));
        const bool may_go_on = tls.state() == State::kHandshake || tls.state() == State::kOpen;
        if (!may_go_on && answer.find(kLineEnd) == answer.npos) return {};
    }
    return first_line(answer);
}

std::string ask_unix(const std::string& path) {
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    std::strncpy(address.sun_path, path.c_str(), sizeof address.sun_path - 1);
    return ask(Socket(reinterpret_cast<const sockaddr*>(&address), sizeof address));
}

using Addresses = std::unique_ptr<addrinfo, decltype(&freeaddrinfo)>;

Addresses resolve(const std::string& address) {
    addrinfo hints{};
    hints.ai_flags = AI_NUMERICHOST | AI_NUMERICSERV;
    hints.ai_socktype = SOCK_STREAM;
    addrinfo* found = nullptr;
    if (const auto parts = http::parse_tcp_address(address))
        (void)getaddrinfo(parts->host.c_str(), std::to_string(parts->port).c_str(), &hints, &found);
    return {found, &freeaddrinfo};
}

// A listener that --listen names may speak TLS, which only the daemon's config says: then it
// answers plain HTTP with 400, as it does no health route otherwise.
std::string ask_tcp(const http::ListenerOptions& listener) {
    const Addresses addresses = resolve(listener.address);
    if (!addresses) return {};
    const auto socket = [&] { return Socket(addresses->ai_addr, addresses->ai_addrlen); };
    if (!listener.tls) {
        const std::string answer = ask(socket());
        if (!answer.starts_with("HTTP/1.1 400")) return answer;
    }
    return ask_within_tls(socket());
}

bool can_be_asked(const http::ListenerOptions& listener) {
    return listener.kind != http::ListenerOptions::Kind::kLinesUnix &&
           !(listener.tls && !listener.tls->client_ca.empty());
}

}  // namespace

int health(const CommandLine& command_line, const Environment& environment) {
    constexpr int kUnhealthy = 1;
    constexpr int kInputWrong = 2;
    const auto loaded = load_options(command_line, environment);
    if (!loaded) {
        std::fprintf(stderr, "boxkited: %s\n", to_string(loaded.error()).c_str());
        return kInputWrong;
    }
    const auto& listeners = loaded->options.http.listeners;
    const auto listener = std::find_if(listeners.begin(), listeners.end(), can_be_asked);
    if (listener == listeners.end()) {
        std::fprintf(stderr, "boxkited: no listener speaks HTTP to whoever has no certificate\n");
        return kInputWrong;
    }
    const std::string answer = listener->kind == http::ListenerOptions::Kind::kTcp
                                   ? ask_tcp(*listener)
                                   : ask_unix(listener->address);
    if (answer.starts_with("HTTP/1.1 200")) return 0;
    std::fprintf(stderr, "boxkited: %s: %s\n", listener->address.c_str(),
                 answer.empty() ? "no answer" : answer.c_str());
    return kUnhealthy;
}

}  // namespace boxkited
