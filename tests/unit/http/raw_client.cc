#include "unit/http/raw_client.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <sys/un.h>

#include <cerrno>
#include <cstring>
#include <stdexcept>
#include <system_error>
#include <utility>

namespace boxkited::http {

namespace {

void check(bool good, const char* what) {
    if (!good) throw std::system_error(errno, std::system_category(), what);
}

UniqueFd connect_unix(const std::string& path) {
    UniqueFd fd(::socket(AF_UNIX, SOCK_STREAM, 0));
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    path.copy(address.sun_path, sizeof address.sun_path - 1);
    check(::connect(fd.get(), reinterpret_cast<sockaddr*>(&address), sizeof address) == 0,
          "connect");
    return fd;
}

UniqueFd connect_tcp(const std::string& address) {
    const std::size_t colon = address.rfind(':');
    const auto port = htons(static_cast<std::uint16_t>(std::stoi(address.substr(colon + 1))));
    if (address.front() == '[') {
        UniqueFd fd(::socket(AF_INET6, SOCK_STREAM, 0));
        sockaddr_in6 v6{};
        v6.sin6_family = AF_INET6;
        v6.sin6_port = port;
        ::inet_pton(AF_INET6, address.substr(1, colon - 2).c_str(), &v6.sin6_addr);
        check(::connect(fd.get(), reinterpret_cast<sockaddr*>(&v6), sizeof v6) == 0, "connect");
        return fd;
    }
    UniqueFd fd(::socket(AF_INET, SOCK_STREAM, 0));
    sockaddr_in v4{};
    v4.sin_family = AF_INET;
    v4.sin_port = port;
    ::inet_pton(AF_INET, address.substr(0, colon).c_str(), &v4.sin_addr);
    check(::connect(fd.get(), reinterpret_cast<sockaddr*>(&v4), sizeof v4) == 0, "connect");
    return fd;
}

}  // namespace

RawClient::RawClient(const std::string& address)
    : fd_(address.front() == '/' ? connect_unix(address) : connect_tcp(address)) {
    const timeval patience{20, 0};
    ::setsockopt(fd_.get(), SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
    ::setsockopt(fd_.get(), SOL_SOCKET, SO_SNDTIMEO, &patience, sizeof patience);
}

RawClient RawClient::over_tls(const std::string& address) {
    RawClient client(address);
    client.tls_ = std::make_unique<TlsStream>(TlsContext::of_client());
    client.send_unsealed(std::exchange(client.tls_->outgoing(), {}));
    while (client.tls_->state() == TlsStream::State::kHandshake) {
        if (!client.read_more()) throw std::runtime_error("closed within the handshake");
    }
    if (client.tls_->state() == TlsStream::State::kBroken) {
        throw std::runtime_error("the handshake failed");
    }
    return client;
}

void RawClient::send(std::string_view bytes) {
    if (!tls_) return send_unsealed(bytes);
    if (!tls_->seal(bytes)) throw std::runtime_error("TLS is broken");
    send_unsealed(std::exchange(tls_->outgoing(), {}));
}

void RawClient::send_unsealed(std::string_view bytes) {
    while (!bytes.empty()) {
        const auto sent = ::send(fd_.get(), bytes.data(), bytes.size(), MSG_NOSIGNAL);
        check(sent > 0, "send");
        bytes.remove_prefix(static_cast<std::size_t>(sent));
    }
}

void RawClient::send_what_goes(std::string_view bytes) {
    while (!bytes.empty()) {
        const auto sent = ::send(fd_.get(), bytes.data(), bytes.size(), MSG_NOSIGNAL);
        if (sent <= 0) return;
        bytes.remove_prefix(static_cast<std::size_t>(sent));
    }
}

bool RawClient::read_more() {
    char buffer[65536];
    const auto got = ::recv(fd_.get(), buffer, sizeof buffer, 0);
    if (got < 0 && errno == ECONNRESET) {
        received_ += "(reset)";
        return false;
    }
    check(got >= 0, "recv");
    const std::string_view bytes(buffer, static_cast<std::size_t>(got));
    if (tls_ && got > 0) return open_sealed(bytes);
    if (tls_ && tls_->state() == TlsStream::State::kOpen) received_ += "(cut off)";
    received_.append(bytes);
    return got > 0;
}

// False at the end.
bool RawClient::open_sealed(std::string_view sealed) {
    std::string room(sealed.size() + TlsStream::kMostKept, '\0');
    room.resize(tls_->open(sealed, room.data()));
    received_ += room;
    const bool has_said_something = !room.empty();
    if (tls_->state() == TlsStream::State::kBroken) received_ += "(broken)";
    send_unsealed(std::exchange(tls_->outgoing(), {}));
    return has_said_something || tls_->state() == TlsStream::State::kHandshake ||
           tls_->state() == TlsStream::State::kOpen;
}

RawAnswer RawClient::read_answer(bool head_only) {
    std::size_t end;
    while ((end = received_.find("\r\n\r\n")) == std::string::npos) {
        if (!read_more()) throw std::runtime_error("closed before an answer: " + received_);
    }
    RawAnswer answer;
    answer.status = std::stoi(received_.substr(9, 3));
    for (std::size_t line = received_.find("\r\n") + 2; line < end;) {
        const std::size_t next = received_.find("\r\n", line);
        const std::size_t colon = received_.find(": ", line);
        answer.fields[received_.substr(line, colon - line)] =
            received_.substr(colon + 2, next - colon - 2);
        line = next + 2;
    }
    received_.erase(0, end + 4);
    if (head_only || answer.fields.count("Content-Length") == 0) return answer;
    answer.body = read_bytes(std::stoul(answer.fields["Content-Length"]));
    return answer;
}

std::string RawClient::read_to_end() {
    while (read_more()) {
    }
    return std::exchange(received_, {});
}

std::string RawClient::read_bytes(std::size_t count) {
    while (received_.size() < count) {
        if (!read_more()) throw std::runtime_error("closed too early: " + received_);
    }
    const std::string bytes = received_.substr(0, count);
    received_.erase(0, count);
    return bytes;
}

void RawClient::finish_talking() {
    tls_->finish();
    send_unsealed(std::exchange(tls_->outgoing(), {}));
}

void RawClient::finish_sending() { ::shutdown(fd_.get(), SHUT_WR); }

void RawClient::reset() {
    const linger at_once{1, 0};
    ::setsockopt(fd_.get(), SOL_SOCKET, SO_LINGER, &at_once, sizeof at_once);
    fd_ = UniqueFd();
}

void RawClient::shrink_receive_buffer() {
    const int size = 4096;
    ::setsockopt(fd_.get(), SOL_SOCKET, SO_RCVBUF, &size, sizeof size);
}

}  // namespace boxkited::http
