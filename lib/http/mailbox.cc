#include "http/mailbox.h"

#include <utility>

#include "http/event_loop.h"

namespace boxkited::http {

Mailbox::Mailbox(EventLoop& loop, std::function<void()> on_letters)
    : on_letters_(std::move(on_letters)), state_(State{&loop, {}}) {}

void Mailbox::put(Letter letter) {
    auto state = state_.lock();
    if (state->loop == nullptr) return;
    state->letters.push_back(std::move(letter));
    if (state->letters.size() == 1) state->loop->post(on_letters_);
}

std::vector<Mailbox::Letter> Mailbox::take() { return std::exchange(state_.lock()->letters, {}); }

void Mailbox::close() {
    std::vector<Letter> dropped;  // Outlives the lock: the last of a session may go with them.
    auto state = state_.lock();
    state->loop = nullptr;
    dropped.swap(state->letters);
}

}  // namespace boxkited::http
