#include "http/request_gate.h"

#include <algorithm>
#include <charconv>
#include <utility>

#include "base/ascii_text.h"

// Beast 1.74 takes for complete requests, with an empty body, what other servers read differently:
// unknown transfer codings, chunked in HTTP/1.0, listed or doubled Content-Length, no Host, two
// Hosts. Whatever has two readings is refused here, so that nobody in front of the daemon can be
// made to see other requests than it does.

namespace boxkited::http {

namespace {

constexpr std::size_t kLongestMethod = 32;

Failure<Refusal> refuse(int status, std::string message) {
    return Failure{Refusal{status, std::move(message)}};
}

bool is_control(char c) { return (static_cast<unsigned char>(c) < 0x20 && c != '\t') || c == 0x7f; }
bool is_visible_ascii(char c) { return c > 0x20 && c < 0x7f; }

// The first one in a line, or in what is there of it up to `end`; `end` when there is none. Such a
// line never becomes part of a header: the rest is not waited for. The last byte may be the CR of a
// CR LF.
std::size_t find_control(std::string_view bytes, std::size_t begin, std::size_t end) {
    const auto is_refused = [&](std::size_t at) {
        return is_control(bytes[at]) && !(bytes[at] == '\r' && at + 1 == end);
    };
    while (begin < end && !is_refused(begin)) ++begin;
    return begin;
}

// `before` is what the line has before the control character.
Failure<Refusal> refuse_control(std::string_view before, bool is_field) {
    const std::size_t colon = before.find(':');
    if (!is_field || colon == before.npos)
        return refuse(400, "header: control characters are not taken");
    return refuse(400, std::string(before.substr(0, colon)) +
                           ": expected a value of visible characters that the field allows");
}

// For a header of more than header_bytes: what of it is too long.
Refusal too_large(std::string_view bytes, const GateLimits& limits) {
    const std::string_view line = bytes.substr(0, bytes.find('\n'));
    const std::size_t method = std::min(line.find(' '), line.size());
    if (method > kLongestMethod) {
        return {400, "method: expected at most " + std::to_string(kLongestMethod) + " letters"};
    }
    const std::string limit = std::to_string(limits.header_bytes) + " bytes";
    if (line.size() > limits.header_bytes / 2) {
        return {414, "request target: too long for a header of at most " + limit};
    }
    return {431, "header: expected at most " + limit};
}

bool is_host_character(char c) {
    static constexpr std::string_view kMarks = "-._~%!$&'()*+;=";
    return is_digit(c) || (lower(c) >= 'a' && lower(c) <= 'z') ||
           kMarks.find(c) != std::string_view::npos;
}

bool is_port(std::string_view text) {
    return text.size() <= 5 && std::all_of(text.begin(), text.end(), is_digit);
}

// A name or an address ([...] for IPv6), and a port or not.
bool is_host(std::string_view text) {
    std::size_t end = 0;
    if (!text.empty() && text.front() == '[') {
        end = text.find(']');
        if (end == std::string_view::npos || end == 1) return false;
        const auto is_address_character = [](char c) { return is_host_character(c) || c == ':'; };
        if (!std::all_of(text.begin() + 1, text.begin() + std::ptrdiff_t(end),
                         is_address_character)) {
            return false;
        }
        ++end;
    } else {
        while (end < text.size() && is_host_character(text[end])) ++end;
    }
    if (end == 0) return false;
    return end == text.size() || (text[end] == ':' && is_port(text.substr(end + 1)));
}

std::optional<Refusal> check_request_line(const ParsedHeader& parsed) {
    if (parsed.method.size() > kLongestMethod) {
        return Refusal{400,
                       "method: expected at most " + std::to_string(kLongestMethod) + " letters"};
    }
    if (parsed.target.front() != '/') {
        return Refusal{400, "request target: expected a path that begins with /"};
    }
    if (!std::all_of(parsed.target.begin(), parsed.target.end(), is_visible_ascii) ||
        parsed.target.find('#') != std::string_view::npos) {
        return Refusal{400, "request target: expected visible ASCII without #"};
    }
    if (parsed.target.find("%00") != std::string_view::npos) {
        return Refusal{400, "request target: %00 is not taken"};
    }
    return {};
}

std::optional<Refusal> check_host(const ParsedHeader& parsed) {
    if (parsed.host.count == 0 && parsed.version == 10) return {};
    if (parsed.host.count != 1) {
        return Refusal{400, "Host: expected exactly one, got " + std::to_string(parsed.host.count)};
    }
    if (!is_host(parsed.host.value)) {
        return Refusal{400, "Host: expected a name or an address, and a port or not"};
    }
    return {};
}

// Of a Transfer-Encoding that stands alone and is not `chunked`.
Refusal judge_codings(std::string_view value) {
    bool unknown = false;
    for (std::string_view rest = value; !rest.empty();) {
        const std::string_view coding = trimmed(take_part(rest, ','));
        if (!coding.empty() && !equals_ignoring_case(coding, "chunked")) unknown = true;
    }
    if (unknown) return {501, "Transfer-Encoding: only chunked is implemented"};
    return {400, "Transfer-Encoding: expected chunked, once"};
}

std::optional<Refusal> check_transfer_encoding(const ParsedHeader& parsed) {
    if (parsed.transfer_encoding.count == 0) return {};
    if (parsed.content_length.count > 0) {
        return Refusal{400, "Transfer-Encoding: not expected beside Content-Length"};
    }
    if (parsed.version == 10) {
        return Refusal{400, "Transfer-Encoding: not expected in HTTP/1.0"};
    }
    if (parsed.transfer_encoding.count > 1) {
        return Refusal{400, "Transfer-Encoding: expected at most one"};
    }
    if (!equals_ignoring_case(parsed.transfer_encoding.value, "chunked")) {
        return judge_codings(parsed.transfer_encoding.value);
    }
    return {};
}

Result<std::uint64_t, Refusal> read_content_length(const FieldValue& field, std::size_t limit) {
    if (field.count == 0) return std::uint64_t{0};
    std::uint64_t length = 0;
    const char* const end = field.value.data() + field.value.size();
    const auto [stop, error] = std::from_chars(field.value.data(), end, length);
    if (field.count > 1 || error != std::errc() || stop != end) {
        return refuse(400, "Content-Length: expected one decimal number below 2^64, once");
    }
    if (length > limit) {
        return refuse(413, "body: expected at most " + std::to_string(limit) + " bytes");
    }
    return length;
}

Result<bool, Refusal> is_gzip(const FieldValue& content_encoding) {
    const std::string_view value = content_encoding.value;
    if (content_encoding.count == 0 || equals_ignoring_case(value, "identity")) return false;
    if (content_encoding.count == 1 &&
        (equals_ignoring_case(value, "gzip") || equals_ignoring_case(value, "x-gzip"))) {
        return true;
    }
    return refuse(415, "Content-Encoding: expected gzip, x-gzip or identity");
}

// HTTP/1.0 knows no interim answers: there it is ignored, as the standard rules.
Result<bool, Refusal> expects_continue(const ParsedHeader& parsed) {
    if (parsed.expect.count == 0 || parsed.version == 10) return false;
    if (parsed.expect.count == 1 && equals_ignoring_case(parsed.expect.value, "100-continue")) {
        return true;
    }
    return refuse(417, "Expect: only 100-continue can be met");
}

void copy_accepted(const ParsedHeader& parsed, Header& header) {
    const std::size_t path_end = std::min(parsed.target.find('?'), parsed.target.size());
    header.method = parsed.method;
    header.path = parsed.target.substr(0, path_end);
    header.query = parsed.target.substr(std::min(path_end + 1, parsed.target.size()));
    header.host = parsed.host.value;
    header.content_type = parsed.content_type.value;
    header.accept = parsed.accept.value;
    header.accept_encoding = parsed.accept_encoding.value;
    header.if_none_match = parsed.if_none_match.value;
    header.origin = parsed.origin.value;
    if (parsed.authorization.count == 1) header.authorization = parsed.authorization.value;
    header.keep_alive = parsed.keep_alive;
    header.is_http10 = parsed.version == 10;
    header.chunked = parsed.transfer_encoding.count == 1;
}

}  // namespace

Result<std::size_t, Refusal> HeaderScan::find_end(std::string_view bytes,
                                                  const GateLimits& limits) {
    for (;;) {
        const std::size_t newline = bytes.find('\n', scanned_);
        const std::size_t end = std::min(newline, std::min(bytes.size(), limits.header_bytes));
        if (const auto bad = find_control(bytes, scanned_, end); bad < end)
            return refuse_control(bytes.substr(line_start_, bad - line_start_), line_start_ > 0);
        if (newline == std::string_view::npos) return not_yet(bytes, limits);
        const std::size_t next = newline + 1;
        if (next > limits.header_bytes) return Failure{too_large(bytes, limits)};
        const std::string_view line = bytes.substr(line_start_, next - line_start_);
        if (auto refusal = check_line(line, limits)) return Failure{*std::move(refusal)};
        if (line.size() == 2) return next;
        scanned_ = line_start_ = next;
    }
}

std::optional<Refusal> HeaderScan::check_line(std::string_view line, const GateLimits& limits) {
    if (line.size() < 2 || line[line.size() - 2] != '\r') {
        return Refusal{400, "header: expected each line to end in CR LF"};
    }
    if (line_start_ == 0) {
        if (line.size() == 2) return Refusal{400, "request line: expected, got an empty line"};
        return {};
    }
    if (line.front() == ' ' || line.front() == '\t') {
        return Refusal{400, "header: a field is folded over two lines, which is not taken"};
    }
    if (line.size() > 2 && ++fields_ > limits.header_count) {
        return Refusal{
            431, "header: expected at most " + std::to_string(limits.header_count) + " fields"};
    }
    return {};
}

Result<std::size_t, Refusal> HeaderScan::not_yet(std::string_view bytes, const GateLimits& limits) {
    if (bytes.size() > limits.header_bytes) return Failure{too_large(bytes, limits)};
    // The last byte is looked at again: only the next one tells whether a CR is a bare one.
    scanned_ = std::max(scanned_, bytes.size() - std::min<std::size_t>(bytes.size(), 1));
    return std::size_t{0};
}

Result<Header, Refusal> judge(const ParsedHeader& parsed, const GateLimits& limits) {
    for (const auto check : {check_request_line, check_host, check_transfer_encoding}) {
        if (auto refusal = check(parsed)) return Failure{*std::move(refusal)};
    }
    const auto length = read_content_length(parsed.content_length, limits.body_bytes);
    if (!length) return Failure{length.error()};
    const auto gzip = is_gzip(parsed.content_encoding);
    if (!gzip) return Failure{gzip.error()};
    const auto expects = expects_continue(parsed);
    if (!expects) return Failure{expects.error()};

    Header header;
    copy_accepted(parsed, header);
    header.content_length = *length;
    header.gzip = *gzip;
    header.expects_continue = *expects && (header.chunked || *length > 0);
    return header;
}

std::string_view readable_path(std::string_view bytes) {
    const std::string_view line = bytes.substr(0, bytes.find('\r'));
    const std::size_t begin = line.find(' ') + 1;
    if (begin == 0 || begin >= line.size() || line[begin] != '/') return {};
    std::size_t end = begin;
    while (end < line.size() && is_visible_ascii(line[end]) && line[end] != '?') ++end;
    if (end == line.size() || (line[end] != ' ' && line[end] != '?')) return {};
    return line.substr(begin, end - begin);
}

}  // namespace boxkited::http
