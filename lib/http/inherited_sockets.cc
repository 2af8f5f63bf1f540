#include "http/inherited_sockets.h"

#include <fcntl.h>
#include <sys/socket.h>

#include <algorithm>
#include <filesystem>
#include <utility>

#include "http/address.h"

namespace boxkited::http {

namespace {

int option_of(int socket, int name) {
    int value = 0;
    socklen_t size = sizeof value;
    return ::getsockopt(socket, SOL_SOCKET, name, &value, &size) == 0 ? value : -1;
}

bool is_stream_that_listens(int socket) {
    return option_of(socket, SO_TYPE) == SOCK_STREAM && option_of(socket, SO_ACCEPTCONN) == 1;
}

// The one spelling of an address, to compare.
std::string canonical(const ListenerOptions& listener) {
    if (listener.kind == ListenerOptions::Kind::kTcp) return canonical_tcp(listener.address);
    return std::filesystem::path(listener.address).lexically_normal();
}

}  // namespace

Result<void, StartError> InheritedSockets::add(UniqueFd socket) {
    if (!is_stream_that_listens(socket.get()))
        return Failure{StartError{"descriptor " + std::to_string(socket.get()) +
                                  " was handed over: expected a stream socket that listens"}};
    ::fcntl(socket.get(), F_SETFL, ::fcntl(socket.get(), F_GETFL) | O_NONBLOCK);
    std::string address = address_of(socket.get());
    sockets_.push_back({std::move(socket), std::move(address)});
    return {};
}

UniqueFd InheritedSockets::take(const ListenerOptions& listener) {
    const std::string wanted = canonical(listener);
    const auto at = std::find_if(sockets_.begin(), sockets_.end(),
                                 [&](const Inherited& each) { return each.address == wanted; });
    if (at == sockets_.end()) return {};
    UniqueFd socket = std::move(at->socket);
    sockets_.erase(at);
    return socket;
}

std::vector<std::string> InheritedSockets::left() const {
    std::vector<std::string> addresses;
    for (const Inherited& each : sockets_) addresses.push_back(each.address);
    return addresses;
}

}  // namespace boxkited::http
