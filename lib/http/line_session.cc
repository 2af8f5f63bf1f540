#include "http/line_session.h"

#include <sys/socket.h>

#include <cerrno>

#include "http/worker.h"

namespace boxkited::http {

namespace {

// A larger buffer is given back once its line is handed on.
constexpr std::size_t kKeptBytes = 16 << 10;

}  // namespace

void LineSession::start() { socket_.when_readable(); }

void LineSession::on_readable() {
    if (!is_open()) return;
    std::string_view bytes;
    const std::ptrdiff_t got = worker_.receive(socket_.fd(), bytes);
    if (got == 0 || (got < 0 && errno != EAGAIN && errno != EINTR)) return end();
    take(bytes);
    account(part_.capacity());
    socket_.when_readable();
}

void LineSession::stop() {
    // What the kernel has can still be read; what is sent from now on fails at the sender.
    ::shutdown(socket_.fd(), SHUT_RD);
    std::string_view bytes;
    while (worker_.receive(socket_.fd(), bytes) > 0) take(bytes);
    end();
}

void LineSession::end() {
    if (!part_.empty()) refuse(LineRefusal::kCutOff);
    close();
}

void LineSession::take(std::string_view bytes) {
    if (skipping_ || !part_.empty()) bytes = take_first_line(bytes);
    const std::size_t whole = bytes.rfind('\n') + 1;  // 0 when there is none.
    if (whole > 0) hand_on(bytes.substr(0, whole));
    keep(bytes.substr(whole));
}

// Deals with the rest of a line that began earlier; what is behind it.
std::string_view LineSession::take_first_line(std::string_view bytes) {
    const std::size_t newline = bytes.find('\n');
    if (newline == std::string_view::npos) {
        keep(bytes);
        return {};
    }
    if (!skipping_) keep(bytes.substr(0, newline));
    if (!skipping_) {
        part_.append("\n");
        worker_.shared().lines(worker_.index(), listener_, part_.view());
    }
    skipping_ = false;
    part_.clear();
    if (part_.capacity() > kKeptBytes) part_.release();
    return bytes.substr(newline + 1);
}

void LineSession::hand_on(std::string_view lines) {
    if (lines.size() > worker_.shared().limits.body_bytes) return hand_on_good_ones(lines);
    worker_.shared().lines(worker_.index(), listener_, lines);
}

// For `lines` among which one may be too long.
void LineSession::hand_on_good_ones(std::string_view lines) {
    const std::size_t limit = worker_.shared().limits.body_bytes;
    const auto hand_on = [this](std::string_view good) {
        if (!good.empty()) worker_.shared().lines(worker_.index(), listener_, good);
    };
    std::size_t begin = 0;
    for (std::size_t line = 0; line < lines.size();) {
        const std::size_t next = lines.find('\n', line) + 1;
        if (next - line - 1 > limit) {
            hand_on(lines.substr(begin, line - begin));
            refuse(LineRefusal::kTooLong);
            begin = next;
        }
        line = next;
    }
    hand_on(lines.substr(begin));
}

void LineSession::keep(std::string_view part) {
    if (skipping_ || part.empty()) return;
    const std::size_t size = part_.size() + part.size();
    const bool too_long = size > worker_.shared().limits.body_bytes;
    if (!too_long && worker_.has_memory_for(part.size())) return part_.append(part);
    skipping_ = true;
    part_.release();
    refuse(too_long ? LineRefusal::kTooLong : LineRefusal::kNoMemory);
}

void LineSession::refuse(LineRefusal reason) {
    worker_.shared().observer.line_refused(listener_, reason);
}

}  // namespace boxkited::http
