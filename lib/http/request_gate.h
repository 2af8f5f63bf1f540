#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/result.h"

namespace boxkited::http {

// Why a request is not let in. After such an answer the connection is closed: where the next
// request would begin cannot be known, or the peer is not one to go on with.
struct Refusal {
    int status = 400;
    std::string message;  // Names the part of the request and what was expected there.
};

// How large a request may be.
struct GateLimits {
    std::size_t header_bytes = 8192;  // Request line, fields and the empty line.
    std::size_t header_count = 100;
    std::size_t body_bytes = 4 << 20;
};

// Looks for the end of a header as its bytes come in, and refuses on the way what a parser could
// read in two ways: a bare line feed, a folded line; and what is too large.
//
//   HeaderScan scan;
//   scan.find_end("GET / HT", limits);                      // 0: goes on.
//   scan.find_end("GET / HTTP/1.1\r\nHost: a\r\n\r\n...", limits);  // 27
class HeaderScan {
public:
    // Length of the header, the empty line included; 0 while it is not all there. Each call is
    // given all bytes of the request so far, and looks at the new ones only.
    Result<std::size_t, Refusal> find_end(std::string_view bytes, const GateLimits& limits);

private:
    std::optional<Refusal> check_line(std::string_view line, const GateLimits& limits);
    Result<std::size_t, Refusal> not_yet(std::string_view bytes, const GateLimits& limits);

    std::size_t scanned_ = 0;
    std::size_t line_start_ = 0;
    std::size_t fields_ = 0;
};

// A header field by its value, and how often it came. Of several, the first.
struct FieldValue {
    std::string_view value;
    unsigned count = 0;
};

// A header as the parser reads it; nothing in it has been judged. Views are of the bytes parsed.
struct ParsedHeader {
    std::string_view method;
    std::string_view target;
    int version = 11;         // 10 or 11.
    bool keep_alive = false;  // By Connection and version.

    FieldValue host, content_length, transfer_encoding, content_encoding, expect;
    FieldValue content_type, accept, accept_encoding, if_none_match, origin, authorization;
};

// A header that has passed the gate. Views are of the bytes parsed.
struct Header {
    std::string_view method;
    std::string_view path;
    std::string_view query;
    std::string_view host, content_type, accept, accept_encoding, if_none_match, origin;
    std::string_view authorization;  // Empty also when it came twice.

    bool keep_alive = false;
    bool is_http10 = false;
    bool chunked = false;
    std::uint64_t content_length = 0;  // 0 also when chunked.
    bool gzip = false;                 // The body is compressed.
    bool expects_continue = false;     // "Expect: 100-continue", and there is a body.
};

// Decides whether a request may come in, before a byte of its body is read.
Result<Header, Refusal> judge(const ParsedHeader& parsed, const GateLimits& limits);

// The path in the first line of a request that was refused; empty when it has none that may be
// shown.
std::string_view readable_path(std::string_view bytes);

}  // namespace boxkited::http
