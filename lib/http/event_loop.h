#pragma once

#include <chrono>
#include <functional>
#include <memory>

#include "base/unique_fd.h"

namespace boxkited::http {

// Told when its socket is ready. Runs on the thread of the loop.
class ReadyHandler {
public:
    virtual ~ReadyHandler() = default;
    virtual void on_readable() = 0;
    virtual void on_writable() {}
};

// What one thread waits for: epoll. A socket stays registered between two waits, so that a request
// costs no system call beyond the one that reads it and the one that answers it.
//
// Threads: post() and stop() from any, everything else on the one that runs it, or before.
class EventLoop {
public:
    EventLoop();
    ~EventLoop();

    // Returns after stop(). What was posted and has not run is dropped.
    void run();
    void stop();

    void post(std::function<void()> task);
    // Once per period, from the start of run() on. There is one such task; a second call
    // changes both.
    void repeat(std::chrono::milliseconds period, std::function<void()> task);
    // Runs each time when all that was ready has been served, and before the handlers of sockets
    // that were closed meanwhile are let go. There is one such task.
    void after_each_turn(std::function<void()> task);

private:
    friend class Socket;
    struct Watch;
    struct Impl;
    std::unique_ptr<Impl> impl_;
};

// An open socket, connected or listening, TCP or Unix; never blocks.
class Socket {
public:
    // Throws std::system_error when the kernel cannot watch one more.
    Socket(EventLoop& loop, UniqueFd fd);
    Socket(Socket&&) noexcept;
    ~Socket();

    int fd() const { return fd_; }

    // Whom to tell; to be said once, before the first wait. It is kept alive until the socket is
    // closed.
    void tell(std::shared_ptr<ReadyHandler> handler);
    // Calls the handler once.
    void when_readable();
    void when_writable();
    // Its handler is called no more. It is let go once no handler runs.
    void close();

private:
    EventLoop::Impl* loop_;
    std::unique_ptr<EventLoop::Watch> watch_;
    int fd_;
};

}  // namespace boxkited::http
