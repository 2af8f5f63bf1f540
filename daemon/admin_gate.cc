#include "daemon/admin_gate.h"

#include <arpa/inet.h>

#include <algorithm>

#include "base/ascii_text.h"

namespace boxkited {

namespace {

// "name:80", "name", "[::1]:80" without the port, and without the brackets of an address.
std::string_view without_port(std::string_view host) {
    const auto bracket = host.find(']');
    if (host.starts_with('[') && bracket != host.npos) return host.substr(1, bracket - 1);
    return host.substr(0, host.find(':'));
}

bool is_address(std::string_view host) {
    const std::string text(host);
    unsigned char address[sizeof(in6_addr)];
    return inet_pton(AF_INET, text.c_str(), address) == 1 ||
           inet_pton(AF_INET6, text.c_str(), address) == 1;
}

}  // namespace

bool AdminGate::is_own(std::string_view host) const {
    const std::string_view name = without_port(host);
    return is_address(name) || equals_ignoring_case(name, "localhost") ||
           std::any_of(hosts_.begin(), hosts_.end(),
                       [&](const std::string& own) { return equals_ignoring_case(name, own); });
}

std::string AdminGate::refusal(std::string_view host, std::string_view origin) const {
    // An HTTP/1.0 client may send no Host; a browser always does.
    if (!host.empty() && !is_own(host))
        return "Host: expected an address, localhost or one of admin_hosts, got " +
               std::string(host);
    if (origin.empty()) return {};
    const auto scheme = origin.find("://");
    if (scheme != origin.npos && equals_ignoring_case(origin.substr(scheme + 3), host)) return {};
    return "Origin: expected none, or that of this address, got " + std::string(origin);
}

}  // namespace boxkited
