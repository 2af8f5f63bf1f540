#include "stream_target.h"

#include <sys/socket.h>

#include <cerrno>
#include <cstring>
#include <stdexcept>

#include "clocks.h"
#include "connection.h"

namespace load {
namespace {

constexpr std::size_t kLinesAtOnce = 128;

}  // namespace

StreamTarget::StreamTarget(const std::string& address, const std::string& file)
    : lines_(plain_lines(file)), socket_(connect_to(address)) {}

SentLines StreamTarget::run(double seconds, std::uint64_t most) {
    const Nanoseconds begin = now();
    const Nanoseconds end = begin + from_seconds(seconds);
    SentLines sent;
    while (now() < end && (most == 0 || sent.bytes < most)) {
        const auto run = lines_.take(next_, kLinesAtOnce);
        send_all(run.bytes);
        sent.lines += run.count;
        sent.bytes += run.bytes.size();
    }
    sent.seconds = to_seconds(now() - begin);
    return sent;
}

void StreamTarget::send_all(std::string_view bytes) {
    while (!bytes.empty()) {
        const ssize_t sent = send(socket_.get(), bytes.data(), bytes.size(), MSG_NOSIGNAL);
        if (sent < 0 && errno != EINTR)
            throw std::runtime_error(std::string("send: ") + std::strerror(errno));
        if (sent > 0) bytes.remove_prefix(static_cast<std::size_t>(sent));
    }
}

}  // namespace load
