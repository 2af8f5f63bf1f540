#include "connection.h"

#include <arpa/inet.h>
#include <fcntl.h>
#include <netinet/tcp.h>
#include <sys/socket.h>
#include <sys/un.h>

#include <cerrno>
#include <cstring>
#include <stdexcept>

namespace load {
namespace {

[[noreturn]] void fail(const std::string& what) {
    throw std::runtime_error(what + ": " + std::strerror(errno));
}

boxkited::UniqueFd connect_unix(const std::string& path) {
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    if (path.size() >= sizeof address.sun_path) throw std::runtime_error(path + ": too long");
    path.copy(address.sun_path, path.size());
    boxkited::UniqueFd socket(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0));
    if (connect(socket.get(), reinterpret_cast<sockaddr*>(&address), sizeof address) != 0)
        fail("connect " + path);
    return socket;
}

boxkited::UniqueFd connect_tcp(const std::string& text) {
    const std::size_t colon = text.find(':');
    sockaddr_in address{};
    address.sin_family = AF_INET;
    if (colon == std::string::npos ||
        inet_pton(AF_INET, text.substr(0, colon).c_str(), &address.sin_addr) != 1)
        throw std::runtime_error(text + ": no address and port");
    address.sin_port = htons(static_cast<std::uint16_t>(std::stoul(text.substr(colon + 1))));
    boxkited::UniqueFd socket(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
    if (connect(socket.get(), reinterpret_cast<sockaddr*>(&address), sizeof address) != 0)
        fail("connect " + text);
    const int yes = 1;
    setsockopt(socket.get(), IPPROTO_TCP, TCP_NODELAY, &yes, sizeof yes);
    return socket;
}

}  // namespace

boxkited::UniqueFd connect_to(const std::string& address) {
    return address.starts_with('/') ? connect_unix(address) : connect_tcp(address);
}

Connection::Connection(const std::string& address, int epoll, std::uint32_t number)
    : socket_(connect_to(address)), epoll_(epoll), number_(number) {
    if (fcntl(socket_.get(), F_SETFL, O_NONBLOCK) != 0) fail("fcntl");
    watch(EPOLLIN, EPOLL_CTL_ADD);
}

void Connection::watch(std::uint32_t events, int operation) {
    epoll_event event{};
    event.events = events;
    event.data.u32 = number_;
    if (epoll_ctl(epoll_, operation, socket_.get(), &event) != 0) fail("epoll_ctl");
}

void Connection::send(std::string_view bytes, std::size_t count, Nanoseconds begin) {
    unsent_ = bytes;
    unanswered_ = count;
    begin_ = begin;
    flush();
}

void Connection::flush() {
    while (!unsent_.empty()) {
        const ssize_t sent = ::send(socket_.get(), unsent_.data(), unsent_.size(), MSG_NOSIGNAL);
        if (sent < 0 && errno != EAGAIN) fail("send");
        if (sent < 0) break;
        unsent_.remove_prefix(static_cast<std::size_t>(sent));
    }
    if (waits_to_write_ == !unsent_.empty()) return;
    waits_to_write_ = !unsent_.empty();
    watch(waits_to_write_ ? EPOLLIN | EPOLLOUT : EPOLLIN, EPOLL_CTL_MOD);
}

// What has come, behind what was there before; in `buffer` or in partial_.
std::string_view Connection::receive(std::string& buffer) {
    const ssize_t size = recv(socket_.get(), buffer.data(), buffer.size(), 0);
    if (size == 0) throw std::runtime_error("the server closed a connection");
    if (size < 0 && errno != EAGAIN) fail("recv");
    const std::string_view fresh(buffer.data(), size < 0 ? 0 : static_cast<std::size_t>(size));
    if (partial_.empty()) return fresh;
    partial_ += fresh;
    return partial_;
}

}  // namespace load
