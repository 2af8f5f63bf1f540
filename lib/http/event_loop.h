#pragma once

#include <chrono>
#include <functional>
#include <memory>

#include "base/unique_fd.h"

// Waiting for sockets: Boost.Asio, hidden because including it takes seconds of compilation.
namespace boxkited::http {

// Told when its socket is ready. Runs on the thread of the loop.
class ReadyHandler {
public:
    virtual ~ReadyHandler() = default;
    virtual void on_readable() = 0;
    virtual void on_writable() {}
};

// What one thread waits for.
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

private:
    friend class Socket;
    struct Impl;
    std::unique_ptr<Impl> impl_;
};

// An open socket, connected or listening, TCP or Unix; never blocks.
class Socket {
public:
    Socket(EventLoop& loop, UniqueFd fd);
    Socket(Socket&&) noexcept;
    ~Socket();

    int fd() const { return fd_; }

    // Calls the handler once, and keeps it alive until then. Not called after close(), save when
    // the call was already on its way.
    void when_readable(std::shared_ptr<ReadyHandler> handler);
    void when_writable(std::shared_ptr<ReadyHandler> handler);
    void close();

private:
    struct Impl;
    std::unique_ptr<Impl> impl_;
    int fd_;
};

}  // namespace boxkited::http
