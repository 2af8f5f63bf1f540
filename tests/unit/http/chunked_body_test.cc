#include <catch2/catch.hpp>
#include <string>

#include "http/request_reader.h"

using namespace boxkited::http;

namespace {

const std::string kHeader = "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n";

}  // namespace

TEST_CASE("a chunked body takes what it can and leaves what is behind it", "[chunked]") {
    ChunkedBody body(kHeader, GateLimits{});
    const std::string chunks = "5\r\nhello\r\n0\r\n\r\n";

    const auto taken = body.take(chunks + "GET /");

    REQUIRE(taken);
    CHECK(*taken == chunks.size());
    CHECK(body.is_complete());
    CHECK(body.body() == "hello");
    CHECK(body.header() == kHeader);
}

TEST_CASE("endless chunks end at the limit of a body", "[chunked]") {
    ChunkedBody body(kHeader, GateLimits{8192, 100, 1000});
    int status = 0;
    int chunks = 1;

    REQUIRE(body.take("a\r\n0123456789"));
    for (; status == 0 && chunks < 1000; ++chunks) {
        const auto taken = body.take("\r\na\r\n0123456789");
        if (!taken) status = taken.error().status;
    }

    CHECK(status == 413);
    CHECK(chunks == 101);
    CHECK(body.body().size() == 1000);
    CHECK(body.memory() < 8192);
}

TEST_CASE("extensions of many chunks are bounded together", "[chunked]") {
    ChunkedBody body(kHeader, GateLimits{1000, 100, 1 << 20});
    int status = 0;
    int chunks = 0;

    REQUIRE(body.take("5\r\nhello"));
    for (; status == 0 && chunks < 1000; ++chunks) {
        const auto taken = body.take("\r\n1;" + std::string(99, 'e') + "\r\nx");
        if (!taken) status = taken.error().status;
    }

    CHECK(status == 400);
    CHECK(chunks == 11);
}
