#pragma once

#include <cstddef>
#include <memory>
#include <string>
#include <string_view>

#include "http/tls_stream.h"

namespace boxkited::http {

// What a slow peer has not taken yet. Within TLS it is sealed piece by piece, as the peer takes it,
// so that a body which many share is kept once.
//
// Threads: one at a time.
class Outbox {
public:
    enum class Sent { kAll, kSome, kBroken };

    // From now on everything is sealed by `tls`, which outlives it; null: nothing is.
    void seal_with(TlsStream* tls) { tls_ = tls; }

    // Sends `head`, then `shared`, then `tail`, which saves copying large ones; keeps what the
    // socket does not take now. `head` is empty afterwards.
    Sent send(int fd, std::string& head, std::string tail = {},
              std::shared_ptr<const std::string> shared = nullptr);
    // Goes on with what was kept, and with what TLS itself has to say.
    Sent send_rest(int fd);

    bool empty() const {
        return head_.empty() && !shared_ && tail_.empty() && (!tls_ || tls_->outgoing().empty());
    }
    // Without what is shared.
    std::size_t memory() const;

private:
    struct Parts;

    Parts unsent() const;
    void keep_more(std::string_view bytes);
    std::ptrdiff_t transmit(int fd, Parts& parts);
    std::ptrdiff_t transmit_sealed(int fd, const Parts& parts);
    bool send_sealed(int fd);

    TlsStream* tls_ = nullptr;

    std::string head_;
    std::shared_ptr<const std::string> shared_;
    std::string tail_;
    std::size_t sent_ = 0;  // Of all together.
};

}  // namespace boxkited::http
