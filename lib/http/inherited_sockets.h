#pragma once

#include <string>
#include <vector>

#include "base/result.h"
#include "base/unique_fd.h"
#include "http/server.h"

namespace boxkited::http {

// Sockets that listen already: whoever started this process has made them and keeps them, so that
// connections find a place to wait while no process takes them.
//
//   InheritedSockets sockets;
//   sockets.add(UniqueFd(3));
//   sockets.take(options);  // The one with the address of these options, or none.
//
// Threads: one at a time.
class InheritedSockets {
public:
    // An error when it is no stream socket that listens. From now on it never blocks.
    Result<void, StartError> add(UniqueFd socket);

    // The socket whose address is that of the listener. A second call gives none.
    UniqueFd take(const ListenerOptions& listener);

    // The addresses of those that were not taken.
    std::vector<std::string> left() const;

private:
    struct Inherited {
        UniqueFd socket;
        std::string address;
    };

    std::vector<Inherited> sockets_;
};

}  // namespace boxkited::http
