#include "http/held_answers.h"

#include <catch2/catch.hpp>
#include <utility>

using namespace boxkited::http;

namespace {

const TimePoint kStart{};
const HeldAnswers::Admit kAsItIs = [](HeldAnswers::Answer&) {};

Response held(const char* body) {
    Response response;
    response.body = body;
    response.hold = std::make_shared<Hold>();
    response.hold->at_most = std::chrono::milliseconds(100);
    response.hold->on_settled = [](Response& settled) { settled.body += " settled"; };
    response.hold->on_timeout = [](Response& late) { late.body += " late"; };
    return response;
}

std::string next(HeldAnswers& answers) {
    const auto answer = answers.pop_settled();
    return answer ? answer->response.body : "(none)";
}

}  // namespace

TEST_CASE("held answers go in order whatever order they settle in", "[held]") {
    HeldAnswers answers;
    const auto first = answers.push(held("first"), {}, kStart);
    const auto second = answers.push(held("second"), {}, kStart);
    answers.push(error_response(400, "third"), {}, kStart);

    answers.settle(second, kAsItIs);

    CHECK(next(answers) == "(none)");
    answers.settle(first, kAsItIs);
    CHECK(next(answers) == "first settled");
    CHECK(next(answers) == "second settled");
    CHECK(next(answers) == R"({"error":"third"})");
    CHECK(answers.empty());
    CHECK(answers.memory() == 0);
}

TEST_CASE("an answer that waited too long goes as its timeout says and settles no more", "[held]") {
    HeldAnswers answers;
    const auto number = answers.push(held("a"), {}, kStart);

    CHECK_FALSE(answers.expire(kStart + std::chrono::milliseconds(99), kAsItIs));
    CHECK(answers.expire(kStart + std::chrono::milliseconds(100), kAsItIs));
    answers.settle(number, kAsItIs);

    CHECK(next(answers) == "a late");
}

TEST_CASE("a settled answer counts for what it has become and has been made", "[held]") {
    HeldAnswers answers;
    Response response = held("a");
    response.hold->on_settled = [](Response& settled) { settled.body.assign(1 << 20, 'x'); };
    const auto grows = answers.push(response, {}, kStart);
    const auto refused = answers.push(response, {}, kStart);
    const std::size_t at_first = answers.memory();

    answers.settle(grows, kAsItIs);
    const std::size_t grown = answers.memory();
    answers.settle(refused,
                   [](HeldAnswers::Answer& answer) { answer.response = error_response(503, "b"); });

    CHECK(at_first < 4096);
    CHECK(grown >= at_first + (1 << 20) - 4096);
    CHECK(answers.memory() - grown < 4096);
    CHECK(answers.pop_settled()->response.body.size() == 1 << 20);
    CHECK(next(answers) == R"({"error":"b"})");
    CHECK(answers.memory() == 0);
}
