#include "http/address.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <sys/un.h>

#include <array>
#include <charconv>

namespace boxkited::http {

namespace {

static_assert(kSocketPathBytes == sizeof(sockaddr_un::sun_path) - 1, "the last byte is a NUL");

std::optional<std::uint16_t> parse_port(std::string_view text) {
    std::uint16_t port = 0;
    const char* const end = text.data() + text.size();
    const auto [stop, error] = std::from_chars(text.data(), end, port);
    if (text.size() > 5 || error != std::errc() || stop != end) return {};
    return port;
}

// "127.0.0.1:9810", "[::1]:9810".
std::string to_text(int family, const void* ip, in_port_t port) {
    std::array<char, INET6_ADDRSTRLEN> text{};
    inet_ntop(family, ip, text.data(), text.size());
    const std::string host = text.data();
    return (family == AF_INET6 ? "[" + host + "]" : host) + ":" + std::to_string(ntohs(port));
}

}  // namespace

std::optional<TcpAddress> parse_tcp_address(std::string_view text) {
    const std::size_t colon = text.rfind(':');
    if (colon == text.npos) return {};
    const auto port = parse_port(text.substr(colon + 1));
    std::string_view host = text.substr(0, colon);
    const bool has_brackets = host.starts_with('[') && host.ends_with(']');
    if (has_brackets) host = host.substr(1, host.size() - 2);
    // Without brackets it would be a guess where the port begins.
    const bool is_ambiguous = !has_brackets && host.find(':') != host.npos;
    if (!port || host.empty() || is_ambiguous || host.find('\0') != host.npos) return {};
    return TcpAddress{std::string(host), has_brackets, *port};
}

std::string canonical_tcp(std::string_view text) {
    const auto address = parse_tcp_address(text);
    if (!address) return {};
    const int family = address->has_brackets ? AF_INET6 : AF_INET;
    in6_addr ip{};  // Has room for the other kind.
    if (inet_pton(family, address->host.c_str(), &ip) != 1) return {};
    return to_text(family, &ip, htons(address->port));
}

std::string address_of(int socket) {
    sockaddr_storage storage{};
    socklen_t size = sizeof storage;
    ::getsockname(socket, reinterpret_cast<sockaddr*>(&storage), &size);
    if (storage.ss_family == AF_UNIX) return reinterpret_cast<const sockaddr_un&>(storage).sun_path;
    if (storage.ss_family == AF_INET6) {
        const auto& v6 = reinterpret_cast<const sockaddr_in6&>(storage);
        return to_text(AF_INET6, &v6.sin6_addr, v6.sin6_port);
    }
    const auto& v4 = reinterpret_cast<const sockaddr_in&>(storage);
    return to_text(AF_INET, &v4.sin_addr, v4.sin_port);
}

}  // namespace boxkited::http
