#include <string>

#include "http/http_session.h"
#include "http/worker.h"

// How long a session may wait for its peer, and what becomes of it then.

namespace boxkited::http {

namespace {

using namespace std::chrono_literals;

// For a peer to close after the answer that ends the connection.
constexpr auto kDrainTime = 2s;
constexpr auto kDrainTimeAtStop = 500ms;

}  // namespace

void HttpSession::sweep(TimePoint now) {
    if (unfinished_ || gave_way_) return;
    if (held_.expire(now, admit())) {
        turn_began_ = now_ = now;
        return finish_turn();
    }
    const ServerOptions& options = worker_.shared().options;
    switch (phase_) {
        case Phase::kHeldAnswer:
            return;
        case Phase::kHandshake:
            if (is_late(now, options.header_time)) close();
            return;
        case Phase::kHeader:
            if (is_late(now, options.header_time)) time_out(now);
            return;
        case Phase::kBody:
            if (is_late(now, options.idle_time)) time_out(now);
            return;
        case Phase::kIdle:
            if (now - since_ >= options.idle_time && !has_something_to_read()) hang_up();
            return;
        case Phase::kSending:
            if (now - since_ >= options.idle_time) close();
            return;
        case Phase::kDraining:
            if (now - since_ >= (worker_.stopping() ? kDrainTimeAtStop : kDrainTime)) close();
            return;
    }
}

// The peer is not late with what it has sent and this thread had no time to read. But not for ever:
// one that sends a byte each time would stay.
bool HttpSession::is_late(TimePoint now, std::chrono::milliseconds allowed) const {
    const auto waited = now - since_;
    return waited >= 2 * allowed || (waited >= allowed && !has_something_to_read());
}

void HttpSession::time_out(TimePoint now) {
    turn_began_ = now_ = now;
    const char* const what = phase_ == Phase::kBody ? "body" : "header";
    refuse({408, std::string(what) + ": expected to be complete by now"},
           requests_.path(input_.view()));
    drop_input();
    finish_turn();
}

}  // namespace boxkited::http
