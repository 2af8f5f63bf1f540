#include "http/answer.h"

#include <catch2/catch.hpp>

using namespace boxkited::http;

namespace {

std::string head(const Response& response, AnswerStyle style = {}) {
    std::string out;
    append_answer_head(out, response, "today", style);
    return out;
}

}  // namespace

TEST_CASE("the head of an answer says what follows", "[answer]") {
    Response response;
    response.status = 202;
    response.body = "12345";

    CHECK(head(response) ==
          "HTTP/1.1 202 Accepted\r\nDate: today\r\nContent-Type: application/json\r\n"
          "Content-Length: 5\r\n\r\n");
}

TEST_CASE("the head of an answer has the handler's fields and those of the connection",
          "[answer]") {
    Response response = error_response(503, "queue: \"full\"");
    response.headers.emplace_back("Retry-After", "1");
    AnswerStyle style;
    style.connection = AnswerStyle::Connection::kClose;

    CHECK(head(response, style) ==
          "HTTP/1.1 503 Service Unavailable\r\nDate: today\r\nContent-Type: application/json\r\n"
          "Content-Length: 27\r\nRetry-After: 1\r\nConnection: close\r\n\r\n");
    CHECK(response.body == R"({"error":"queue: \"full\""})");
}

TEST_CASE("an answer to HEAD and one without content have no body", "[answer]") {
    Response response;
    response.body = "x";
    AnswerStyle head_only;
    head_only.head_only = true;

    CHECK(has_body(response, {}));
    CHECK_FALSE(has_body(response, head_only));
    response.body.clear();
    CHECK_FALSE(has_body(response, {}));
}

TEST_CASE("an answer that nothing has changed tells of the body that it leaves out", "[answer]") {
    Response response;
    response.status = 304;
    response.shared_body = std::make_shared<const std::string>("page");

    CHECK_FALSE(has_body(response, {}));
    CHECK(head(response, {}) ==
          "HTTP/1.1 304 Not Modified\r\nDate: today\r\nContent-Type: application/json\r\n"
          "Content-Length: 4\r\n\r\n");
}

TEST_CASE("the date is in the format of HTTP", "[answer]") {
    CHECK(http_date(784111777) == "Sun, 06 Nov 1994 08:49:37 GMT");
    CHECK(http_date(1709164800) == "Thu, 29 Feb 2024 00:00:00 GMT");
}
