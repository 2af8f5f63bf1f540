// Each loop has one thread, and what other threads post to it goes through a lock: Asio's fences
// around handlers have nothing to do. The thread sanitizer does not know fences.
#define BOOST_ASIO_DISABLE_FENCED_BLOCK

#include "http/event_loop.h"

#include <boost/asio/generic/stream_protocol.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>
#include <utility>

namespace boxkited::http {

namespace asio = boost::asio;
using boost::system::error_code;

struct EventLoop::Impl {
    void arm_timer() {
        timer.expires_after(period);
        timer.async_wait([this](const error_code& error) {
            if (error) return;
            task();
            arm_timer();
        });
    }

    // Sockets are touched by the loop's own thread alone, so their locks can be left out; posting
    // stays safe from any thread.
    asio::io_context context{BOOST_ASIO_CONCURRENCY_HINT_UNSAFE_IO};
    asio::steady_timer timer{context};
    std::chrono::milliseconds period{};
    std::function<void()> task;
};

EventLoop::EventLoop() : impl_(std::make_unique<Impl>()) {}
EventLoop::~EventLoop() = default;

void EventLoop::run() {
    const auto busy = asio::make_work_guard(impl_->context);
    impl_->context.run();
}

void EventLoop::stop() { impl_->context.stop(); }

void EventLoop::post(std::function<void()> task) { asio::post(impl_->context, std::move(task)); }

void EventLoop::repeat(std::chrono::milliseconds period, std::function<void()> task) {
    impl_->period = period;
    impl_->task = std::move(task);
    impl_->arm_timer();  // Ends an earlier wait.
}

struct Socket::Impl {
    asio::generic::stream_protocol::socket socket;
};

Socket::Socket(EventLoop& loop, UniqueFd fd)
    : impl_(std::make_unique<Impl>(Impl{asio::generic::stream_protocol::socket(
          loop.impl_->context, asio::generic::stream_protocol(AF_UNSPEC, 0), fd.get())})),
      fd_(fd.release()) {}

Socket::Socket(Socket&&) noexcept = default;
Socket::~Socket() = default;

void Socket::when_readable(std::shared_ptr<ReadyHandler> handler) {
    impl_->socket.async_wait(asio::socket_base::wait_read,
                             [handler = std::move(handler)](const error_code& error) {
                                 if (!error) handler->on_readable();
                             });
}

void Socket::when_writable(std::shared_ptr<ReadyHandler> handler) {
    impl_->socket.async_wait(asio::socket_base::wait_write,
                             [handler = std::move(handler)](const error_code& error) {
                                 if (!error) handler->on_writable();
                             });
}

void Socket::close() {
    error_code ignored;
    impl_->socket.close(ignored);
}

}  // namespace boxkited::http
