#pragma once

#include <cstddef>
#include <memory>
#include <string_view>

#include "http/entrance.h"
#include "http/known_headers.h"
#include "http/request_gate.h"
#include "http/request_reader.h"

namespace boxkited::http {

// Cuts the bytes of a connection into requests, whichever way they are cut into pieces. Keeps
// bytes of chunked bodies only; else they stay with the caller until they are taken.
//
//   while (stream.next(bytes) == RequestStream::Step::kRequest) {
//       ... stream.header(), stream.body() ...
//       bytes.remove_prefix(stream.taken());
//       stream.done();
//   }
//
// Threads: one at a time.
class RequestStream {
public:
    // `known` are headers that were let in under the same limits. With `entrance`, it has the last
    // word on each of them, known or not, before the body is waited for.
    RequestStream(const GateLimits& limits, KnownHeaders& known, const Entrance* entrance = nullptr)
        : limits_(limits), known_(known), entrance_(entrance) {}

    enum class Step { kNeedsMore, kRequest, kRefused };

    // Looks for a request at the start of `bytes`; what an earlier call did not take is given
    // again, with more behind it. After kRefused nothing is to be read from this connection.
    Step next(std::string_view bytes);

    // How many of the bytes are not needed again.
    std::size_t taken() const { return taken_; }

    // After kRequest, while the bytes given are there and until done(), or a header is read for
    // another connection.
    const Header& header() const { return *header_; }
    std::string_view body() const { return body_; }
    void done();

    // After kRefused.
    const Refusal& refusal() const { return refusal_; }

    // ---- Of a request that is not all there ----

    bool in_body() const { return needed_ > 0 || chunked_ != nullptr; }
    // Its bytes are kept here.
    bool in_chunks() const { return chunked_ != nullptr; }
    // How long `bytes` must be for next() to get further; 0 when that is not known.
    std::size_t needed() const { return needed_; }
    // Whether the peer waits for "100 Continue" before it sends the body. True once.
    bool take_wants_continue();
    // The path of the request, empty when it could not be read. `bytes` as given to next().
    std::string_view path(std::string_view bytes) const;
    std::size_t memory() const { return chunked_ ? chunked_->memory() : 0; }

private:
    Step judge_header(std::string_view bytes);
    Step look_for_body(std::string_view bytes);
    Step begin_chunks(std::string_view bytes);
    Step next_chunks(std::string_view bytes);
    Step refuse(Refusal refusal);

    const GateLimits& limits_;
    KnownHeaders& known_;
    const Entrance* const entrance_;
    HeaderScan scan_;
    std::size_t header_size_ = 0;
    std::size_t needed_ = 0;
    std::size_t taken_ = 0;
    std::unique_ptr<ChunkedBody> chunked_;
    bool wants_continue_ = false;

    Header read_;  // Unless it was known.
    const Header* header_ = nullptr;
    std::string_view body_;
    Refusal refusal_;
};

}  // namespace boxkited::http
