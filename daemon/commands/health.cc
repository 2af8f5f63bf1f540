#include <arpa/inet.h>
#include <netdb.h>
#include <sys/socket.h>
#include <sys/un.h>

#include <algorithm>
#include <cstdio>
#include <cstring>

#include "base/unique_fd.h"
#include "daemon/commands/commands.h"
#include "http/address.h"

namespace boxkited {

namespace {

constexpr timeval kPatience{.tv_sec = 5, .tv_usec = 0};

// A socket that waits for its peer no longer than kPatience.
class Socket {
public:
    explicit Socket(int family) : fd_(socket(family, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
        setsockopt(fd_.get(), SOL_SOCKET, SO_RCVTIMEO, &kPatience, sizeof kPatience);
        setsockopt(fd_.get(), SOL_SOCKET, SO_SNDTIMEO, &kPatience, sizeof kPatience);
    }

    bool connect_to(const sockaddr* address, std::size_t size) {
        return connect(fd_.get(), address, static_cast<socklen_t>(size)) == 0;
    }

    // The first line of the answer; empty when there is none.
    std::string ask(std::string_view request) {
        if (send(fd_.get(), request.data(), request.size(), MSG_NOSIGNAL) < 0) return {};
        std::string answer;
        char bytes[512];
        while (answer.find("\r\n") == answer.npos) {
            const ssize_t got = recv(fd_.get(), bytes, sizeof bytes, 0);
            if (got <= 0) return {};
            answer.append(bytes, static_cast<std::size_t>(got));
        }
        return answer.substr(0, answer.find("\r\n"));
    }

private:
    UniqueFd fd_;
};

constexpr std::string_view kRequest =
    "GET /healthz HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n";

// Each: the first line of the answer; empty when there is none.

std::string ask_unix(const std::string& path) {
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    std::strncpy(address.sun_path, path.c_str(), sizeof address.sun_path - 1);
    Socket socket(AF_UNIX);
    const bool connected =
        socket.connect_to(reinterpret_cast<const sockaddr*>(&address), sizeof address);
    return connected ? socket.ask(kRequest) : "";
}

std::string ask_tcp(const std::string& address) {
    const auto parts = http::parse_tcp_address(address);
    if (!parts) return {};
    addrinfo hints{};
    hints.ai_flags = AI_NUMERICHOST | AI_NUMERICSERV;
    hints.ai_socktype = SOCK_STREAM;
    addrinfo* found = nullptr;
    const std::string port = std::to_string(parts->port);
    if (getaddrinfo(parts->host.c_str(), port.c_str(), &hints, &found) != 0) return {};
    Socket socket(found->ai_family);
    const bool connected = socket.connect_to(found->ai_addr, found->ai_addrlen);
    freeaddrinfo(found);
    return connected ? socket.ask(kRequest) : "";
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
    using Kind = http::ListenerOptions::Kind;
    const auto& listeners = loaded->options.http.listeners;
    const auto listener = std::find_if(listeners.begin(), listeners.end(), [](const auto& each) {
        return each.kind != Kind::kLinesUnix;
    });
    if (listener == listeners.end()) {
        std::fprintf(stderr, "boxkited: no listener speaks HTTP\n");
        return kInputWrong;
    }
    const std::string answer =
        listener->kind == Kind::kTcp ? ask_tcp(listener->address) : ask_unix(listener->address);
    if (answer.starts_with("HTTP/1.1 200")) return 0;
    std::fprintf(stderr, "boxkited: %s: %s\n", listener->address.c_str(),
                 answer.empty() ? "no answer" : answer.c_str());
    return kUnhealthy;
}

}  // namespace boxkited
