#include "http/request_stream.h"

#include <catch2/catch.hpp>
#include <string>
#include <vector>

using namespace boxkited::http;

namespace {

const GateLimits kLimits;

// What a stream makes of `bytes` when they come in pieces of `step`: "METHOD path?query body" each.
std::vector<std::string> requests_in(const std::string& bytes, std::size_t step) {
    KnownHeaders known_to_stream;
    RequestStream stream(kLimits, known_to_stream);
    std::vector<std::string> found;
    std::string kept;
    for (std::size_t i = 0; i < bytes.size(); i += step) {
        kept += bytes.substr(i, step);
        for (;;) {
            const auto result = stream.next(kept);
            REQUIRE(result != RequestStream::Step::kRefused);
            if (result == RequestStream::Step::kRequest) {
                const Header& header = stream.header();
                found.push_back(std::string(header.method) + " " + std::string(header.path) + "?" +
                                std::string(header.query) + " " + std::string(stream.body()));
                stream.done();
            }
            kept.erase(0, stream.taken());
            if (result == RequestStream::Step::kNeedsMore || kept.empty()) break;
        }
    }
    CHECK(kept.empty());
    CHECK_FALSE(stream.in_body());
    return found;
}

}  // namespace

TEST_CASE("requests are the same however their bytes are cut", "[stream]") {
    const std::string bytes =
        "POST /a HTTP/1.1\r\nHost: h\r\nContent-Length: 5\r\n\r\nhello"
        "GET /b?c=d HTTP/1.1\r\nHost: h\r\n\r\n"
        "POST /e HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n"
        "3;x=y\r\nabc\r\nA\r\n\r\n34567\r\n0\r\n0\r\nTrailer: t\r\n\r\n"
        "POST /f HTTP/1.1\r\nHost: h\r\n\r\n";
    const auto step = GENERATE(1, 2, 3, 7, 50, 1000);
    CAPTURE(step);

    CHECK(requests_in(bytes, std::size_t(step)) ==
          std::vector<std::string>{"POST /a? hello", "GET /b?c=d ", "POST /e? abc\r\n34567\r\n0",
                                   "POST /f? "});
}

TEST_CASE("a control character is refused as soon as it is there, however the bytes are cut",
          "[stream]") {
    const std::string start = "GET / HTTP/1.1\r\nHost: h\r\n";
    const auto [line, message] = GENERATE(values<std::pair<std::string, std::string>>(
        {{"\r\r\r\n", "header: control characters are not taken"},
         {"a\x01: b\r\n", "header: control characters are not taken"},
         {"a: b\rc\r\n", "a: expected a value of visible characters that the field allows"},
         {"a: \x01\r\n", "a: expected a value of visible characters that the field allows"}}));
    const auto step = GENERATE(1, 2, 1000);
    CAPTURE(line, step);
    const std::string bytes = start + line;
    KnownHeaders known_to_stream;
    RequestStream stream(kLimits, known_to_stream);

    auto result = RequestStream::Step::kNeedsMore;
    for (std::size_t i = 0; i < bytes.size() && result == RequestStream::Step::kNeedsMore;)
        result = stream.next(std::string_view(bytes).substr(0, i += std::size_t(step)));

    REQUIRE(result == RequestStream::Step::kRefused);
    CHECK(stream.refusal().status == 400);
    CHECK(stream.refusal().message == message);
}

TEST_CASE("a request that is not all there says how much it needs", "[stream]") {
    KnownHeaders known_to_stream;
    RequestStream stream(kLimits, known_to_stream);
    const std::string bytes = "POST /a HTTP/1.1\r\nHost: h\r\nContent-Length: 1000\r\n\r\n12345";

    CHECK(stream.next(bytes) == RequestStream::Step::kNeedsMore);

    CHECK(stream.taken() == 0);
    CHECK(stream.in_body());
    CHECK(stream.needed() == bytes.size() - 5 + 1000);
    CHECK(stream.path(bytes) == "/a");
}

TEST_CASE("a peer that waits for 100 Continue is told once and only before its body", "[stream]") {
    const std::string header =
        "POST /a HTTP/1.1\r\nHost: h\r\nExpect: 100-continue\r\nContent-Length: 2\r\n\r\n";
    KnownHeaders known_to_waiting;
    RequestStream waiting(kLimits, known_to_waiting);
    KnownHeaders known_to_sending;
    RequestStream sending(kLimits, known_to_sending);

    waiting.next(header);
    sending.next(header + "x");

    CHECK(waiting.take_wants_continue());
    CHECK_FALSE(waiting.take_wants_continue());
    CHECK_FALSE(sending.take_wants_continue());
    CHECK(waiting.next(header + "xy") == RequestStream::Step::kRequest);
    CHECK_FALSE(waiting.take_wants_continue());
}

TEST_CASE("fields that handlers use are handed on", "[stream]") {
    KnownHeaders known_to_stream;
    RequestStream stream(kLimits, known_to_stream);
    const std::string bytes =
        "GET /m?n HTTP/1.0\r\nhost: h:1\r\naccept: a/b\r\nACCEPT-ENCODING: gzip\r\n"
        "Origin: http://o\r\nContent-Type: text/x; y\r\nConnection: Keep-Alive\r\n\r\n";

    REQUIRE(stream.next(bytes) == RequestStream::Step::kRequest);

    const Header& header = stream.header();
    CHECK(header.host == "h:1");
    CHECK(header.accept == "a/b");
    CHECK(header.accept_encoding == "gzip");
    CHECK(header.origin == "http://o");
    CHECK(header.content_type == "text/x; y");
    CHECK(header.is_http10);
    CHECK(header.keep_alive);
}
