#pragma once

#include <cstddef>
#include <memory>
#include <string_view>

#include "base/result.h"
#include "http/request_gate.h"

// Beast's parser, fed by hand, and hidden: including it costs half a minute of compilation.
namespace boxkited::http {

// Parses and judges a whole header, from its first byte to its empty line, as HeaderScan found
// it. The views in the result are of `bytes`.
//
// Threads: any.
Result<Header, Refusal> read_header(std::string_view bytes, const GateLimits& limits);

// A chunked body as it comes in.
//
// Threads: one at a time.
class ChunkedBody {
public:
    // `header` is the whole header of the request, which read_header() has let in; it is copied.
    ChunkedBody(std::string_view header, const GateLimits& limits);
    ~ChunkedBody();

    // Takes what it can from `bytes` and says how much that was; what is left is to be given
    // again, with more behind it.
    Result<std::size_t, Refusal> take(std::string_view bytes);
    bool is_complete() const;

    std::string_view header() const;
    std::string_view body() const;  // What has come so far.
    std::size_t memory() const;     // Bytes held.

private:
    struct Impl;
    std::unique_ptr<Impl> impl_;
};

}  // namespace boxkited::http
