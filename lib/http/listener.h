#pragma once

#include <sys/types.h>

#include <string>

#include "base/result.h"
#include "base/unique_fd.h"
#include "http/server.h"

namespace boxkited::http {

// A socket that listens, and the name under which it is found.
//
// Threads: one at a time.
class Listener {
public:
    // Binds and listens. On failure nothing is left behind.
    static Result<Listener, StartError> open(const ListenerOptions& options);

    // Of a socket that somebody else has made and keeps: its name is left alone, and connections
    // that wait at the end are left to the next one who takes them.
    static Listener adopt(UniqueFd socket);

    Listener(Listener&&) = default;
    Listener& operator=(Listener&&) = delete;
    // Removes the name of a Unix socket, if it still leads to this very socket.
    ~Listener();

    // As in ListenerOptions, with the port that was given.
    const std::string& address() const { return address_; }
    // The listening socket, non-blocking, once.
    UniqueFd take_socket() { return std::move(socket_); }
    bool is_adopted() const { return is_adopted_; }

private:
    Listener() = default;
    static Result<Listener, std::string> open_tcp(const std::string& address);
    static Result<Listener, std::string> open_unix(const ListenerOptions& options);

    UniqueFd socket_;
    std::string address_;
    bool is_adopted_ = false;

    // Of a Unix socket: where its name is, and which file that was.
    UniqueFd directory_;
    std::string name_;
    dev_t device_ = 0;
    ino_t inode_ = 0;
};

}  // namespace boxkited::http
