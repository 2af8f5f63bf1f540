#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <vector>

#include "base/guarded.h"

namespace boxkited::http {

class EventLoop;
class HttpSession;

// Through which other threads tell a worker that an answer it holds back may go. It is shared by
// the worker and by every wake it has given away, so that a wake may come when connection, worker
// and server are gone: then it does nothing.
//
// Threads: any thread may call any member.
class Mailbox {
public:
    struct Letter {
        std::weak_ptr<HttpSession> session;
        std::uint64_t answer = 0;
    };

    // `on_letters` runs on the thread of `loop` when there is something to take.
    Mailbox(EventLoop& loop, std::function<void()> on_letters);

    void put(Letter letter);
    std::vector<Letter> take();
    // From now on put() does nothing; the loop may go.
    void close();

private:
    struct State {
        EventLoop* loop = nullptr;  // Null once closed.
        std::vector<Letter> letters;
    };

    const std::function<void()> on_letters_;
    Guarded<State> state_;
};

}  // namespace boxkited::http
