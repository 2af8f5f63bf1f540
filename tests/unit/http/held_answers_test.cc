#include "http/held_answers.h"

#include <catch2/catch.hpp>
#include <utility>

using namespace boxkited::http;

namespace {

const TimePoint kStart{};

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

    answers.settle(second);

    CHECK(next(answers) == "(none)");
    answers.settle(first);
    CHECK(next(answers) == "first settled");
    CHECK(next(answers) == "second settled");
    CHECK(next(answers) == R"({"error":"third"})");
    CHECK(answers.empty());
    CHECK(answers.memory() == 0);
}

TEST_CASE("an answer that waited too long goes as its timeout says and settles no more", "[held]") {
    HeldAnswers answers;
    const auto number = answers.push(held("a"), {}, kStart);

    CHECK_FALSE(answers.expire(kStart + std::chrono::milliseconds(99)));
    CHECK(answers.expire(kStart + std::chrono::milliseconds(100)));
    answers.settle(number);

    CHECK(next(answers) == "a late");
}
