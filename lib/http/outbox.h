#pragma once

#include <cstddef>
#include <string>

namespace boxkited::http {

// What a slow peer has not taken yet.
//
// Threads: one at a time.
class Outbox {
public:
    enum class Sent { kAll, kSome, kBroken };

    // Sends `head`, then `tail`, which saves copying a large one; keeps what the socket does not
    // take now. `head` is empty afterwards.
    Sent send(int fd, std::string& head, std::string tail = {});
    // Goes on with what was kept.
    Sent send_rest(int fd);

    bool empty() const { return head_.empty() && tail_.empty(); }
    std::size_t memory() const { return empty() ? 0 : head_.capacity() + tail_.capacity(); }

private:
    std::string head_, tail_;
    std::size_t sent_ = 0;  // Of both together.
};

}  // namespace boxkited::http
