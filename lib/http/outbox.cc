#include "http/outbox.h"

#include <sys/socket.h>
#include <sys/uio.h>

#include <algorithm>
#include <cerrno>
#include <string_view>
#include <utility>

namespace boxkited::http {

namespace {

iovec as_iovec(std::string_view bytes) {
    return {const_cast<char*>(bytes.data()), bytes.size()};  // sendmsg() only reads.
}

// How many bytes the socket took; -1 when the connection is broken.
std::ptrdiff_t send_some(int fd, std::string_view first, std::string_view second) {
    iovec parts[] = {as_iovec(first), as_iovec(second)};
    msghdr message{};
    message.msg_iov = first.empty() ? parts + 1 : parts;
    message.msg_iovlen = first.empty() || second.empty() ? 1 : 2;
    const std::ptrdiff_t sent = ::sendmsg(fd, &message, MSG_DONTWAIT | MSG_NOSIGNAL);
    if (sent >= 0) return sent;
    return errno == EAGAIN || errno == EINTR ? 0 : -1;
}

std::string_view behind(std::string_view bytes, std::size_t count) {
    return bytes.substr(std::min(count, bytes.size()));
}

}  // namespace

Outbox::Sent Outbox::send(int fd, std::string& head, std::string tail) {
    if (!empty()) {
        (tail_.empty() ? head_ : tail_).append(head).append(tail);
        head.clear();
        return Sent::kSome;
    }
    const std::ptrdiff_t sent = send_some(fd, head, tail);
    if (sent < 0) return head.clear(), Sent::kBroken;
    sent_ = static_cast<std::size_t>(sent);
    if (sent_ < head.size() + tail.size()) {
        head_ = behind(head, sent_);
        sent_ -= std::min(sent_, head.size());
        tail_ = std::move(tail);
    }
    head.clear();
    return empty() ? Sent::kAll : Sent::kSome;
}

Outbox::Sent Outbox::send_rest(int fd) {
    const std::size_t skip = std::min(sent_, head_.size());
    const std::ptrdiff_t sent = send_some(fd, behind(head_, skip), behind(tail_, sent_ - skip));
    if (sent < 0) return Sent::kBroken;
    sent_ += static_cast<std::size_t>(sent);
    if (sent_ < head_.size() + tail_.size()) return Sent::kSome;
    head_ = {};
    tail_ = {};
    sent_ = 0;
    return Sent::kAll;
}

}  // namespace boxkited::http
