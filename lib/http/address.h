#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace boxkited::http {

// Where a TCP listener is: "127.0.0.1:9810", "name:9810", "[::1]:9810".
struct TcpAddress {
    std::string host;  // Without its brackets.
    bool has_brackets = false;
    std::uint16_t port = 0;
};

// Nothing when it has no host or no port, or an IPv6 address without brackets. Whether there is
// such a host is not asked.
//
// Threads: any, here and below.
std::optional<TcpAddress> parse_tcp_address(std::string_view text);

// The one spelling of a numeric address: "[::1]:9810" for "[0:0::1]:09810". Empty when it is none.
std::string canonical_tcp(std::string_view text);

// Where an open socket is, in this spelling, or the path of a Unix socket.
std::string address_of(int socket);

// The longest path that a Unix socket can have.
constexpr std::size_t kSocketPathBytes = 107;

}  // namespace boxkited::http
