#pragma once

#include <sys/epoll.h>

#include <string>
#include <string_view>

#include "answer_scan.h"
#include "base/unique_fd.h"
#include "clocks.h"

namespace load {

// A connected stream socket, to "127.0.0.1:9810" or to a path. Throws std::runtime_error.
boxkited::UniqueFd connect_to(const std::string& address);

// One keep-alive connection of a client, that never blocks. All calls throw std::runtime_error
// when the server closes it or answers what is no HTTP.
class Connection {
public:
    // Registers itself with `epoll` under `number`.
    Connection(const std::string& address, int epoll, std::uint32_t number);

    // Sends requests, `count` of them, as soon as the socket takes them. `bytes` stay where they
    // are until all are answered; nothing is unanswered before. Latencies count from `begin`.
    void send(std::string_view bytes, std::size_t count, Nanoseconds begin);

    // After epoll has reported `events`: sends on, and calls `answered(status)` for each whole
    // answer. `buffer` is scratch space.
    template <typename Answered>
    void on_events(std::uint32_t events, std::string& buffer, Answered answered);

    std::size_t unanswered() const { return unanswered_; }
    Nanoseconds begin() const { return begin_; }

private:
    void flush();
    void watch(std::uint32_t events, int operation);
    std::string_view receive(std::string& buffer);

    boxkited::UniqueFd socket_;
    int epoll_;
    std::uint32_t number_;
    bool waits_to_write_ = false;
    std::string_view unsent_;
    std::size_t unanswered_ = 0;
    Nanoseconds begin_ = 0;
    std::string partial_;  // The beginning of an answer.
};

template <typename Answered>
void Connection::on_events(std::uint32_t events, std::string& buffer, Answered answered) {
    if (events & EPOLLOUT) flush();
    if (!(events & (EPOLLIN | EPOLLHUP | EPOLLERR))) return;
    std::string_view bytes = receive(buffer);
    while (const auto answer = scan_answer(bytes)) {
        bytes.remove_prefix(answer->size);
        --unanswered_;
        answered(answer->status);
    }
    partial_ = std::string(bytes);
}

}  // namespace load
