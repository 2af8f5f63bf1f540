#include "http/outbox.h"

#include <sys/socket.h>
#include <sys/uio.h>

#include <algorithm>
#include <cerrno>
#include <utility>

namespace boxkited::http {

// Bytes that are sent one behind the other.
struct Outbox::Parts {
    static constexpr std::size_t kMost = 3;

    void add(std::string_view bytes) {
        if (bytes.empty()) return;
        all[count++] = {const_cast<char*>(bytes.data()), bytes.size()};  // sendmsg() only reads.
        size += bytes.size();
    }

    iovec all[kMost];
    std::size_t count = 0;
    std::size_t size = 0;
};

namespace {

// How many bytes the socket took; -1 when the connection is broken.
std::ptrdiff_t send_some(int fd, iovec* parts, std::size_t count) {
    constexpr int kFlags = MSG_DONTWAIT | MSG_NOSIGNAL;
    msghdr message{};
    message.msg_iov = parts;
    message.msg_iovlen = count;
    // One part needs no list of parts, which the kernel would copy.
    const std::ptrdiff_t sent = count == 1 ? ::send(fd, parts->iov_base, parts->iov_len, kFlags)
                                           : ::sendmsg(fd, &message, kFlags);
    if (sent >= 0) return sent;
    return errno == EAGAIN || errno == EINTR ? 0 : -1;
}

// Takes the first `skip` bytes away, as far as there are that many; fewer to skip next.
std::string_view behind(std::string_view bytes, std::size_t& skip) {
    const std::size_t gone = std::min(skip, bytes.size());
    skip -= gone;
    return bytes.substr(gone);
}

// Sealed at once: four records, which one call sends.
constexpr std::size_t kSealedAtOnce = 64 << 10;

// A larger buffer is not kept by a connection that has nothing to send.
constexpr std::size_t kKeptSealed = 4 << 10;

}  // namespace

// How many bytes are on their way; -1 when the connection is broken.
std::ptrdiff_t Outbox::transmit(int fd, Parts& parts) {
    return tls_ ? transmit_sealed(fd, parts) : send_some(fd, parts.all, parts.count);
}

// Stops when the socket does not take what was sealed last.
std::ptrdiff_t Outbox::transmit_sealed(int fd, const Parts& parts) {
    if (!send_sealed(fd)) return -1;
    std::size_t taken = 0;
    for (std::size_t i = 0; i < parts.count; ++i) {
        std::string_view rest(static_cast<const char*>(parts.all[i].iov_base),
                              parts.all[i].iov_len);
        while (!rest.empty() && tls_->outgoing().empty()) {
            const std::string_view piece = rest.substr(0, kSealedAtOnce);
            if (!tls_->seal(piece) || !send_sealed(fd)) return -1;
            taken += piece.size();
            rest.remove_prefix(piece.size());
        }
    }
    return static_cast<std::ptrdiff_t>(taken);
}

// False when the connection is broken.
bool Outbox::send_sealed(int fd) {
    std::string& sealed = tls_->outgoing();
    if (sealed.empty()) return true;
    iovec part{sealed.data(), sealed.size()};
    const std::ptrdiff_t sent = send_some(fd, &part, 1);
    if (sent < 0) return false;
    sealed.erase(0, static_cast<std::size_t>(sent));
    if (sealed.empty() && sealed.capacity() > kKeptSealed) sealed = std::string();
    return true;
}

Outbox::Sent Outbox::send(int fd, std::string& head, std::string tail,
                          std::shared_ptr<const std::string> shared) {
    if (!empty()) {
        keep_more(head);
        if (shared) keep_more(*shared);
        keep_more(tail);
        head.clear();
        return Sent::kSome;
    }
    Parts parts;
    parts.add(head);
    if (shared) parts.add(*shared);
    parts.add(tail);
    const std::ptrdiff_t sent = transmit(fd, parts);
    if (sent < 0) return head.clear(), Sent::kBroken;
    std::size_t skip = static_cast<std::size_t>(sent);
    if (skip < parts.size) {
        head_ = behind(head, skip);
        shared_ = std::move(shared);
        tail_ = std::move(tail);
        sent_ = skip;
    }
    head.clear();
    return empty() ? Sent::kAll : Sent::kSome;
}

Outbox::Sent Outbox::send_rest(int fd) {
    Parts parts = unsent();
    const std::ptrdiff_t sent = transmit(fd, parts);
    if (sent < 0) return Sent::kBroken;
    sent_ += static_cast<std::size_t>(sent);
    if (static_cast<std::size_t>(sent) < parts.size) return Sent::kSome;
    head_ = {};
    shared_ = nullptr;
    tail_ = {};
    sent_ = 0;
    return empty() ? Sent::kAll : Sent::kSome;
}

std::size_t Outbox::memory() const {
    const std::size_t sealed = tls_ ? tls_->outgoing().capacity() : 0;
    return empty() ? 0 : head_.capacity() + tail_.capacity() + sealed;
}

Outbox::Parts Outbox::unsent() const {
    std::size_t skip = sent_;
    Parts parts;
    parts.add(behind(head_, skip));
    if (shared_) parts.add(behind(*shared_, skip));
    parts.add(behind(tail_, skip));
    return parts;
}

void Outbox::keep_more(std::string_view bytes) {
    (shared_ || !tail_.empty() ? tail_ : head_).append(bytes);
}

}  // namespace boxkited::http
