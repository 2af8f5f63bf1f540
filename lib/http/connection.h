#pragma once

#include <chrono>
#include <cstddef>
#include <memory>

#include "http/event_loop.h"

namespace boxkited::http {

class Worker;

using TimePoint = std::chrono::steady_clock::time_point;

// What every connection has: a socket, a place in its worker's list, and memory that is counted.
//
// Threads: the worker's alone.
class Connection : public ReadyHandler, public std::enable_shared_from_this<Connection> {
public:
    Connection(Worker& worker, Socket socket, std::size_t listener);

    // Waits for the first bytes.
    virtual void start() = 0;
    // Called a few times a second: ends what has taken too long.
    virtual void sweep(TimePoint now) = 0;
    // Called once, when the server stops: ends now, or as soon as what has begun is done.
    virtual void stop() = 0;
    // Whether it waits for a request to begin, and since when. Bytes of one may wait in the kernel.
    virtual bool is_idle() const = 0;
    virtual TimePoint idle_since() const = 0;

    // Ends it at once. The worker forgets it.
    void close();

protected:
    // Whether bytes wait in the kernel, or the end of the stream.
    bool has_something_to_read() const;
    // Tells how many bytes are held now; the server counts them over all connections.
    void account(std::size_t bytes);
    bool is_open() const { return open_; }

    Worker& worker_;
    Socket socket_;
    const std::size_t listener_;

private:
    friend class Worker;
    std::size_t place_ = 0;  // In the worker's list.
    std::size_t accounted_ = 0;
    bool open_ = true;
};

}  // namespace boxkited::http
