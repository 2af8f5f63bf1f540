#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <list>
#include <memory>
#include <optional>

#include "http/connection.h"
#include "http/message.h"

namespace boxkited::http {

// What the session must remember of a request until its answer is written.
struct AnswerTerms {
    static constexpr int kRefused = -2;  // No router was asked.

    int route = kRefused;  // As Router::handle() gives it.
    TimePoint began;       // When its last byte came, or when the one before it was answered.
    bool head_only = false;
    bool is_http10 = false;
    bool may_be_refused = false;  // It changed nothing, so that a refusal may take its place.
};

// The answers of one connection that wait for something, and those that wait behind them.
//
// Threads: one at a time.
class HeldAnswers {
public:
    struct Answer {
        Response response;
        AnswerTerms terms;
    };

    // Given an answer whose wait is over, before its memory is counted: may change it.
    using Admit = std::function<void(Answer&)>;

    bool empty() const { return waiting_.empty(); }
    std::size_t size() const { return waiting_.size(); }
    // Without bodies that are shared.
    std::size_t memory() const { return memory_; }

    // Takes an answer. When it has a hold, it waits from `now` on; the result is its number.
    std::uint64_t push(Response response, const AnswerTerms& terms, TimePoint now);
    // Its wait is over. Does nothing when it has gone or timed out already.
    void settle(std::uint64_t number, const Admit& admit);
    // Ends the waits that took too long; whether there were any.
    bool expire(TimePoint now, const Admit& admit);
    // The next answer in order, if its wait is over.
    std::optional<Answer> pop_settled();

private:
    struct Waiting {
        Answer answer;
        std::uint64_t number;
        std::shared_ptr<Hold> hold;  // Null once the wait is over.
        TimePoint deadline;
        std::size_t memory;
    };

    void admit_changed(Waiting& waiting, const Admit& admit);

    std::list<Waiting> waiting_;  // Unlike a deque it costs nothing while it is empty.
    std::uint64_t next_number_ = 0;
    std::size_t memory_ = 0;
};

}  // namespace boxkited::http
