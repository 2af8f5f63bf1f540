#include "http/connection.h"

#include <sys/socket.h>

#include <cerrno>
#include <utility>

#include "http/worker.h"

namespace boxkited::http {

Connection::Connection(Worker& worker, Socket socket, std::size_t listener)
    : worker_(worker), socket_(std::move(socket)), listener_(listener) {}

void Connection::close() {
    if (!std::exchange(open_, false)) return;
    const auto alive = shared_from_this();
    account(0);
    socket_.close();
    worker_.forget(*this);
}

bool Connection::has_something_to_read() const {
    char byte = 0;
    const auto got = ::recv(socket_.fd(), &byte, 1, MSG_PEEK | MSG_DONTWAIT);
    return got >= 0 || (errno != EAGAIN && errno != EINTR);
}

void Connection::account(std::size_t bytes) {
    if (bytes == accounted_) return;
    worker_.shared().memory.fetch_add(bytes - accounted_, std::memory_order_relaxed);
    accounted_ = bytes;
}

}  // namespace boxkited::http
