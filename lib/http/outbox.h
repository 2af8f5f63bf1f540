#pragma once

#include <cstddef>
#include <memory>
#include <string>
#include <string_view>

namespace boxkited::http {

// What a slow peer has not taken yet.
//
// Threads: one at a time.
class Outbox {
public:
    enum class Sent { kAll, kSome, kBroken };

    // Sends `head`, then `shared`, then `tail`, which saves copying large ones; keeps what the
    // socket does not take now. `head` is empty afterwards.
    Sent send(int fd, std::string& head, std::string tail = {},
              std::shared_ptr<const std::string> shared = nullptr);
    // Goes on with what was kept.
    Sent send_rest(int fd);

    bool empty() const { return head_.empty() && !shared_ && tail_.empty(); }
    // Without what is shared.
    std::size_t memory() const { return empty() ? 0 : head_.capacity() + tail_.capacity(); }

private:
    struct Parts;

    Parts unsent() const;
    void keep_more(std::string_view bytes);

    std::string head_;
    std::shared_ptr<const std::string> shared_;
    std::string tail_;
    std::size_t sent_ = 0;  // Of all together.
};

}  // namespace boxkited::http
