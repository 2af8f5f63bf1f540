#include "http/request_reader.h"

#include <algorithm>
#include <boost/beast/http/basic_parser.hpp>
#include <boost/beast/http/error.hpp>
#include <cstdint>
#include <limits>
#include <string>
#include <utility>

#include "base/ascii_text.h"
#include "http/byte_buffer.h"

namespace boxkited::http {

namespace {

namespace beast = boost::beast;
using beast::http::field;
using ErrorCode = beast::error_code;
using BeastError = beast::http::error;

std::string_view to_std(beast::string_view text) { return {text.data(), text.size()}; }

// Beast's parser calls back for each part. This one ignores them all; nothing is copied or
// allocated, as Beast's own request_parser does for each field.
class SilentParser : public beast::http::basic_parser<true> {
public:
    SilentParser() {
        // The gate keeps the limits.
        header_limit(std::numeric_limits<std::uint32_t>::max());
        body_limit(std::numeric_limits<std::uint64_t>::max());
    }

protected:
    void on_request_impl(beast::http::verb, beast::string_view, beast::string_view, int,
                         ErrorCode&) override {}
    void on_response_impl(int, beast::string_view, int, ErrorCode&) override {}
    void on_field_impl(field, beast::string_view, beast::string_view, ErrorCode&) override {}
    void on_header_impl(ErrorCode&) override {}
    void on_body_init_impl(const boost::optional<std::uint64_t>&, ErrorCode&) override {}
    std::size_t on_body_impl(beast::string_view body, ErrorCode&) override { return body.size(); }
    void on_chunk_header_impl(std::uint64_t, beast::string_view, ErrorCode&) override {}
    std::size_t on_chunk_body_impl(std::uint64_t, beast::string_view body, ErrorCode&) override {
        return body.size();
    }
    void on_finish_impl(ErrorCode&) override {}
};

class HeaderParser final : public SilentParser {
public:
    ParsedHeader parsed;

private:
    void on_request_impl(beast::http::verb, beast::string_view method, beast::string_view target,
                         int version, ErrorCode&) override {
        parsed.method = to_std(method);
        parsed.target = to_std(target);
        parsed.version = version;
    }

    void on_field_impl(field name, beast::string_view, beast::string_view value,
                       ErrorCode&) override {
        FieldValue* const slot = slot_of(name);
        if (slot != nullptr && slot->count++ == 0) slot->value = to_std(value);
    }

    FieldValue* slot_of(field name) {
        switch (name) {
            case field::host:
                return &parsed.host;
            case field::content_length:
                return &parsed.content_length;
            case field::transfer_encoding:
                return &parsed.transfer_encoding;
            case field::content_encoding:
                return &parsed.content_encoding;
            case field::expect:
                return &parsed.expect;
            case field::content_type:
                return &parsed.content_type;
            case field::accept:
                return &parsed.accept;
            case field::accept_encoding:
                return &parsed.accept_encoding;
            case field::if_none_match:
                return &parsed.if_none_match;
            case field::origin:
                return &parsed.origin;
            case field::authorization:
                return &parsed.authorization;
            default:
                return nullptr;
        }
    }
};

// Whether a request line is well-formed but for the number of its version.
bool names_another_version(std::string_view bytes) {
    std::string_view version = bytes.substr(0, bytes.find('\r'));
    for (int spaces = 0; spaces < 2; ++spaces) {
        version = version.substr(std::min(version.find(' '), version.size()));
        version = version.substr(std::min<std::size_t>(1, version.size()));
    }
    return version.size() == 8 && version.substr(0, 5) == "HTTP/" && is_digit(version[5]) &&
           version[6] == '.' && is_digit(version[7]) && version != "HTTP/1.0" &&
           version != "HTTP/1.1";
}

// The name of the field that begins at `bytes`, as far as it can be told.
std::string field_name(std::string_view bytes) {
    constexpr std::size_t kShown = 64;
    return std::string(bytes.substr(0, std::min(bytes.find_first_of(":\r\n"), kShown)));
}

// Why Beast refuses a header; `bad` is where the line begins that it does not like.
Refusal explain(const ErrorCode& error, std::string_view bytes, std::size_t bad) {
    const auto is = [&](BeastError kind) { return error == kind; };
    if (is(BeastError::bad_method)) return {400, "method: expected letters, then a space"};
    if (is(BeastError::bad_target)) return {400, "request target: expected a path, then a space"};
    if (is(BeastError::bad_version)) {
        if (names_another_version(bytes)) return {505, "version: expected HTTP/1.1 or HTTP/1.0"};
        return {400, "request line: expected \"METHOD /path HTTP/1.1\""};
    }
    if (is(BeastError::bad_line_ending)) {
        return {400, "header: expected each line to end in CR LF"};
    }
    if (is(BeastError::bad_content_length)) {
        return {400, "Content-Length: expected one decimal number below 2^64, once"};
    }
    if (is(BeastError::bad_transfer_encoding)) {
        return {400, "Transfer-Encoding: expected once, and not beside Content-Length"};
    }
    const std::string name = field_name(bytes.substr(std::min(bad, bytes.size())));
    if (is(BeastError::bad_field)) {
        return {400, "header: \"" + name + "\" is no field name that ends in a colon"};
    }
    return {400, name + ": expected a value of visible characters that the field allows"};
}

// What Beast 1.74 lets pass between chunks: a bare LF, a control character in a quoted extension, a
// folded trailer. `bytes` begin where a chunk's size or the CR LF before it does, and may end
// anywhere.
bool is_clean_framing(std::string_view bytes) {
    for (std::size_t i = 0; i < bytes.size(); ++i) {
        const auto c = static_cast<unsigned char>(bytes[i]);
        if (c == '\r') {
            if (i + 1 < bytes.size() && bytes[i + 1] != '\n') return false;
        } else if (c == '\n') {
            if (i == 0 || bytes[i - 1] != '\r') return false;
            if (i + 1 < bytes.size() && (bytes[i + 1] == ' ' || bytes[i + 1] == '\t')) return false;
        } else if ((c < 0x20 && c != '\t') || c == 0x7f) {
            return false;
        }
    }
    return true;
}

// Whether `bytes` can be the beginning of "size CR LF" or "size ; ...". Beast notices a size such
// as 0x3 only when the whole trailer is there, which may be never.
bool can_be_chunk_size(std::string_view bytes) {
    if (bytes.substr(0, 1) == "\r") bytes.remove_prefix(std::min<std::size_t>(2, bytes.size()));
    const std::size_t digits =
        std::min(bytes.find_first_not_of("0123456789abcdefABCDEF"), bytes.size());
    if (digits > 16) return false;
    if (digits == bytes.size()) return true;
    return digits > 0 && std::string_view("\r; \t").find(bytes[digits]) != std::string_view::npos;
}

// With its end, and with the CR LF before it.
std::string_view first_line(std::string_view bytes) {
    constexpr std::string_view kEnd = "\r\n";
    const auto end = bytes.find(kEnd, bytes.starts_with(kEnd) ? kEnd.size() : 0);
    return end == bytes.npos ? bytes : bytes.substr(0, end + kEnd.size());
}

// A line that ends within quotes: Beast 1.74 takes it for one thing or another, by how it is cut.
bool ends_quoted(std::string_view line) {
    bool quoted = false;
    for (std::size_t i = 0; i < line.size(); ++i) {
        if (quoted && line[i] == '\\')
            ++i;
        else if (line[i] == '"')
            quoted = !quoted;
    }
    return quoted && line.ends_with("\r\n");
}

Refusal bad_chunk(std::string_view what) { return {400, "chunked body: " + std::string(what)}; }

}  // namespace

Result<Header, Refusal> read_header(std::string_view bytes, const GateLimits& limits) {
    HeaderParser parser;
    ErrorCode error;
    const std::size_t used = parser.put({bytes.data(), bytes.size()}, error);
    if (error) return Failure{explain(error, bytes, used)};
    if (!parser.is_header_done() || used != bytes.size()) {
        return Failure{Refusal{400, "header: expected to end at its empty line"}};
    }
    parser.parsed.keep_alive = parser.keep_alive();
    return judge(parser.parsed, limits);
}

struct ChunkedBody::Impl final : SilentParser {
    Impl(std::string_view header_bytes, const GateLimits& gate_limits)
        : header(header_bytes), limits(gate_limits) {
        body_limit(limits.body_bytes);
        ErrorCode error;
        put({header.data(), header.size()}, error);
        failed = static_cast<bool>(error);
    }

    void on_chunk_header_impl(std::uint64_t size, beast::string_view extension,
                              ErrorCode&) override {
        missing = size;
        extension_bytes += extension.size();
    }

    std::size_t on_chunk_body_impl(std::uint64_t, beast::string_view bytes, ErrorCode&) override {
        body.append(to_std(bytes));
        missing -= bytes.size();
        return bytes.size();
    }

    // One step: bytes of a chunk, or the framing between two.
    Result<std::size_t, Refusal> step(std::string_view bytes);
    Result<std::size_t, Refusal> step_between(std::string_view bytes);
    std::optional<Refusal> check_framing(std::string_view framing) const;

    const std::string header;
    const GateLimits limits;
    ByteBuffer body;
    std::uint64_t missing = 0;  // Of the present chunk; 0 between chunks.
    std::size_t extension_bytes = 0;
    bool failed = false;
};

Result<std::size_t, Refusal> ChunkedBody::Impl::step(std::string_view bytes) {
    if (missing == 0) return step_between(bytes);
    ErrorCode error;
    return put({bytes.data(), bytes.size()}, error);
}

Result<std::size_t, Refusal> ChunkedBody::Impl::step_between(std::string_view bytes) {
    // The shortest end of a body. Given less, Beast 1.74 may fail an assertion of its own later.
    constexpr std::string_view kLastChunk = "0\r\n\r\n";
    if (!can_be_chunk_size(bytes)) return Failure{bad_chunk("expected a hexadecimal size")};
    if (bytes.size() < kLastChunk.size()) return std::size_t{0};
    if (ends_quoted(first_line(bytes)))
        return Failure{bad_chunk("expected quotes that are closed")};
    ErrorCode error;
    const std::size_t used = put({bytes.data(), bytes.size()}, error);
    if (error == BeastError::body_limit) {
        // A line that is broken is told first, as it is when it comes in pieces.
        if (auto refusal = check_framing(first_line(bytes))) return Failure{*std::move(refusal)};
        return Failure{
            Refusal{413, "body: expected at most " + std::to_string(limits.body_bytes) + " bytes"}};
    }
    if (error && error != BeastError::need_more) {
        return Failure{bad_chunk("expected a size in hexadecimal digits, the bytes, and CR LF")};
    }
    if (auto refusal = check_framing(error ? bytes : bytes.substr(0, used))) {
        return Failure{*std::move(refusal)};
    }
    return used;
}

std::optional<Refusal> ChunkedBody::Impl::check_framing(std::string_view framing) const {
    if (framing.size() > limits.header_bytes || extension_bytes > limits.header_bytes) {
        return bad_chunk("extensions and trailers are too long");
    }
    if (!is_clean_framing(framing)) {
        return bad_chunk("expected lines that end in CR LF, without control characters");
    }
    return {};
}

ChunkedBody::ChunkedBody(std::string_view header, const GateLimits& limits)
    : impl_(std::make_unique<Impl>(header, limits)) {}

ChunkedBody::~ChunkedBody() = default;

Result<std::size_t, Refusal> ChunkedBody::take(std::string_view bytes) {
    if (impl_->failed) return Failure{bad_chunk("not expected after this header")};
    std::size_t taken = 0;
    while (taken < bytes.size() && !impl_->is_done()) {
        const auto used = impl_->step(bytes.substr(taken));
        if (!used) return used;
        if (*used == 0) break;
        taken += *used;
    }
    return taken;
}

bool ChunkedBody::is_complete() const { return impl_->is_done(); }
std::string_view ChunkedBody::header() const { return impl_->header; }
std::string_view ChunkedBody::body() const { return impl_->body.view(); }

std::size_t ChunkedBody::memory() const {
    return sizeof(Impl) + impl_->header.capacity() + impl_->body.capacity();
}

}  // namespace boxkited::http
