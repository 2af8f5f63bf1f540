#include "shipping/store_url.h"

#include <algorithm>
#include <charconv>

namespace boxkited {

namespace {

constexpr std::string_view kHttp = "http://";
constexpr std::string_view kHttps = "https://";

bool is_digit(char c) { return c >= '0' && c <= '9'; }
bool is_lower(char c) { return c >= 'a' && c <= 'z'; }
bool is_alphanumeric(char c) { return is_digit(c) || is_lower(c) || (c >= 'A' && c <= 'Z'); }

template <typename Fits>
bool all(std::string_view text, Fits fits) {
    return std::all_of(text.begin(), text.end(), fits);
}

std::string_view without_scheme(std::string_view url) {
    if (url.starts_with(kHttps)) return url.substr(kHttps.size());
    return url.starts_with(kHttp) ? url.substr(kHttp.size()) : std::string_view();
}

bool is_port(std::string_view text) {
    unsigned port = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), port);
    return error == std::errc() && end == text.data() + text.size() && port >= 1 && port <= 65535;
}

// Where the host ends, which may be an IPv6 address in brackets.
std::size_t host_end(std::string_view authority) {
    if (!authority.starts_with('[')) return std::min(authority.find(':'), authority.size());
    const auto bracket = authority.find(']');
    return bracket == authority.npos ? authority.size() : bracket + 1;
}

bool is_host(std::string_view host) {
    if (host.starts_with('['))
        return host.size() > 2 && host.ends_with(']') &&
               all(host.substr(1, host.size() - 2), [](char c) {
                   return is_digit(c) || c == ':' || c == '.' || (c >= 'a' && c <= 'f') ||
                          (c >= 'A' && c <= 'F');
               });
    return !host.empty() && host.size() <= 253 &&
           all(host, [](char c) { return is_alphanumeric(c) || c == '.' || c == '-'; });
}

bool is_prefix_part(std::string_view part) {
    return !part.empty() && part != "." && part != ".." && all(part, [](char c) {
        return is_alphanumeric(c) || c == '.' || c == '_' || c == '-' || c == '=';
    });
}

}  // namespace

bool is_endpoint(std::string_view text) {
    const auto authority = without_scheme(text);
    const auto end = host_end(authority);
    if (!is_host(authority.substr(0, end))) return false;
    const auto rest = authority.substr(end);
    return rest.empty() || (rest[0] == ':' && is_port(rest.substr(1)));
}

bool is_bucket(std::string_view text) {
    const auto fits = [](char c) { return is_lower(c) || is_digit(c); };
    return text.size() >= 3 && text.size() <= 63 && fits(text.front()) && fits(text.back()) &&
           text.find("..") == text.npos &&
           all(text, [&](char c) { return fits(c) || c == '.' || c == '-'; });
}

bool is_region(std::string_view text) {
    return !text.empty() && text.size() <= 64 &&
           all(text, [](char c) { return is_alphanumeric(c) || c == '-' || c == '_'; });
}

bool is_prefix(std::string_view text) {
    if (text.empty()) return true;
    if (text.size() > 512) return false;
    for (std::size_t start = 0;;) {
        const auto slash = std::min(text.find('/', start), text.size());
        if (!is_prefix_part(text.substr(start, slash - start))) return false;
        if (slash == text.size()) return true;
        start = slash + 1;
    }
}

std::string object_url(const ShipOptions& options, std::string_view key) {
    const auto authority = without_scheme(options.endpoint);
    std::string url = options.endpoint.substr(0, options.endpoint.size() - authority.size());
    if (options.addressing == ShipOptions::Addressing::kVirtualHost) {
        url.append(options.bucket).append(".").append(authority);
    } else {
        url.append(authority).append("/").append(options.bucket);
    }
    url += '/';
    // Of all characters that a key can have, signatures want this one alone to be encoded.
    for (const char c : key) c == '=' ? url.append("%3D") : url.append(1, c);
    return url;
}

bool is_readable_by_others(std::string_view endpoint) {
    if (!endpoint.starts_with(kHttp)) return false;
    const auto authority = without_scheme(endpoint);
    const auto host = authority.substr(0, host_end(authority));
    return host != "localhost" && host != "[::1]" && !host.starts_with("127.");
}

}  // namespace boxkited
