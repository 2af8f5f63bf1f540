#include "http/held_answers.h"

#include <utility>

namespace boxkited::http {

std::uint64_t HeldAnswers::push(Response response, const AnswerTerms& terms, TimePoint now) {
    auto hold = std::exchange(response.hold, nullptr);
    const TimePoint deadline = hold ? now + hold->at_most : now;
    const std::size_t memory = sizeof(Waiting) + response.body.capacity();
    waiting_.push_back(
        {{std::move(response), terms}, next_number_, std::move(hold), deadline, memory});
    memory_ += memory;
    return next_number_++;
}

void HeldAnswers::settle(std::uint64_t number, const Admit& admit) {
    for (Waiting& waiting : waiting_) {
        if (waiting.number != number || !waiting.hold) continue;
        const auto hold = std::exchange(waiting.hold, nullptr);
        if (hold->on_settled) hold->on_settled(waiting.answer.response);
        admit_changed(waiting, admit);
    }
}

bool HeldAnswers::expire(TimePoint now, const Admit& admit) {
    bool any = false;
    for (Waiting& waiting : waiting_) {
        if (!waiting.hold || now < waiting.deadline) continue;
        const auto hold = std::exchange(waiting.hold, nullptr);
        if (hold->on_timeout) hold->on_timeout(waiting.answer.response);
        admit_changed(waiting, admit);
        any = true;
    }
    return any;
}

void HeldAnswers::admit_changed(Waiting& waiting, const Admit& admit) {
    admit(waiting.answer);
    std::string& body = waiting.answer.response.body;
    // A short text that took the place of a long one may have kept its room.
    if (body.capacity() / 2 > body.size()) body.shrink_to_fit();
    memory_ -= waiting.memory;
    waiting.memory = sizeof(Waiting) + body.capacity();
    memory_ += waiting.memory;
}

std::optional<HeldAnswers::Answer> HeldAnswers::pop_settled() {
    if (waiting_.empty() || waiting_.front().hold) return {};
    std::optional<Answer> answer = std::move(waiting_.front().answer);
    memory_ -= waiting_.front().memory;
    waiting_.pop_front();
    return answer;
}

}  // namespace boxkited::http
