#include "http/acceptor.h"

#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>

#include <cerrno>
#include <system_error>
#include <utility>

#include "base/log.h"

namespace boxkited::http {

namespace {

// Accepted before connections that are open get their turn again.
constexpr int kAtOnce = 64;
// More than any backlog of the kernel's.
constexpr int kAtStop = 4096;

}  // namespace

Acceptor::Acceptor(Listener listener, std::size_t index, Worker& home)
    : listener_(std::move(listener)),
      address_(listener_->address()),
      index_(index),
      home_(home),
      socket_(home.loop(), listener_->take_socket()) {}

void Acceptor::start() {
    socket_.tell(shared_from_this());
    socket_.when_readable();
}

void Acceptor::on_readable() {
    if (!listener_) return;
    for (int i = 0; i < kAtOnce && accept_one(); ++i) {
    }
    if (!is_paused_) socket_.when_readable();
}

void Acceptor::resume() {
    if (std::exchange(is_paused_, false)) on_readable();
}

void Acceptor::stop() {
    if (!listener_) return;
    const bool others_take_the_rest = listener_->is_adopted();
    listener_.reset();
    for (int i = 0; !others_take_the_rest && i < kAtStop && accept_one(); ++i) {
    }
    socket_.close();
}

// Whether there may be another one.
bool Acceptor::accept_one() {
    UniqueFd fd(::accept4(socket_.fd(), nullptr, nullptr, SOCK_NONBLOCK | SOCK_CLOEXEC));
    if (fd) {
        deal(std::move(fd));
        return true;
    }
    switch (errno) {
        case EAGAIN:
            return false;
        case EMFILE:
        case ENFILE:
        case ENOBUFS:
        case ENOMEM:
            // The connection stays in the backlog and the socket stays readable: waiting for it
            // now would be a busy loop.
            is_paused_ = true;
            log::warning(
                "connections cannot be accepted",
                {{"listener", address_}, {"error", std::system_category().message(errno)}});
            return false;
        default:
            return true;  // The peer has gone, or its network; others may be waiting.
    }
}

void Acceptor::deal(UniqueFd fd) {
    Shared& shared = home_.shared();
    if (shared.options.listeners[index_].kind == ListenerOptions::Kind::kTcp) {
        const int on = 1;
        ::setsockopt(fd.get(), IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    }
    Arrival arrival{std::move(fd), index_, {}};
    if (shared.open_connections++ >= shared.options.connections) {
        arrival.workers_to_ask = shared.workers.size() - 1;
    }
    Worker* const worker = shared.workers[next_worker_++ % shared.workers.size()];
    if (worker == &home_) return worker->adopt(std::move(arrival));
    // A task must be copyable, which a descriptor is not.
    auto shared_arrival = std::make_shared<Arrival>(std::move(arrival));
    worker->post([worker, shared_arrival] { worker->adopt(std::move(*shared_arrival)); });
}

}  // namespace boxkited::http
