#pragma once

#include <cstddef>
#include <memory>
#include <string>
#include <string_view>

#include "http/tls_context.h"

namespace boxkited::http {

// TLS of one connection as a change of bytes, away from its socket: what comes from the peer is
// opened, what goes to it is sealed.
//
//   TlsStream tls(context);
//   const std::size_t size = tls.open(received, room);  // `size` bytes in `room` were said.
//   tls.seal("HTTP/1.1 200 OK ...");
//   send(tls.outgoing());                               // Handshake and alerts go here as well.
//
// Of what it is given it keeps nothing but the beginning of a record that is not whole.
//
// Threads: one at a time.
class TlsStream {
public:
    // A client's first words are in outgoing() at once.
    explicit TlsStream(std::shared_ptr<const TlsContext> context);
    ~TlsStream();
    TlsStream(const TlsStream&) = delete;

    enum class State {
        kHandshake,  // Nothing can be sealed yet.
        kOpen,
        kEnded,      // The peer says no more; it may still listen.
        kPlainHttp,  // The peer began with HTTP instead of TLS.
        kBroken,     // An alert that says why may be in outgoing().
    };
    State state() const { return state_; }

    // The most that a record can have been kept of, beside what is given.
    static constexpr std::size_t kMostKept = 17 << 10;

    // Takes all of `sealed`, and writes what was said to `room`, which has place for the bytes of
    // `sealed` and kMostKept more. How many bytes that were.
    std::size_t open(std::string_view sealed, char* room);
    // Whether a record has begun and is not whole.
    bool is_within_record() const;

    // Only while the handshake is done and nothing is broken. False when it breaks.
    [[nodiscard]] bool seal(std::string_view plain);
    // Says that nothing follows.
    void finish();

    // What is to be sent to the peer.
    std::string& outgoing() { return outgoing_; }

private:
    struct Engine;

    void take_error(int result);

    std::string outgoing_;
    const std::unique_ptr<Engine> engine_;
    State state_ = State::kHandshake;
};

}  // namespace boxkited::http
