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
// Threads: any.
std::optional<TcpAddress> parse_tcp_address(std::string_view text);

// The longest path that a Unix socket can have.
constexpr std::size_t kSocketPathBytes = 107;

}  // namespace boxkited::http
