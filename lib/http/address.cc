#include "http/address.h"

#include <sys/un.h>

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

}  // namespace boxkited::http
