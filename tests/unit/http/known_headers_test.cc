#include "http/known_headers.h"

#include <catch2/catch.hpp>
#include <string>
#include <vector>

#include "http/request_reader.h"

using namespace boxkited::http;

namespace {

constexpr GateLimits kLimits;

std::string header_of(std::size_t content_length) {
    return "POST /v1/predictions?ids=true HTTP/1.1\r\nHost: model\r\n"
           "Content-Type: application/json\r\nContent-Length: " +
           std::to_string(content_length) + "\r\n\r\n";
}

// Reads it and remembers it, from bytes that are gone afterwards.
void remember(KnownHeaders& known, std::string bytes) {
    const auto header = read_header(bytes, kLimits);
    REQUIRE(header);
    known.remember(bytes, *header);
    bytes.assign(bytes.size(), '#');
}

}  // namespace

TEST_CASE("a header is known again by its bytes, whatever follows", "[known_headers]") {
    KnownHeaders known;
    remember(known, header_of(17));

    const auto* const found = known.find(header_of(17) + "{\"output\":1}\r\n\r\n");

    REQUIRE(found != nullptr);
    CHECK(found->bytes == header_of(17));
    CHECK(found->header.method == "POST");
    CHECK(found->header.path == "/v1/predictions");
    CHECK(found->header.query == "ids=true");
    CHECK(found->header.host == "model");
    CHECK(found->header.content_type == "application/json");
    CHECK(found->header.accept.empty());
    CHECK(found->header.content_length == 17);
}

TEST_CASE("every view of a known header is of its own bytes", "[known_headers]") {
    const std::string bytes =
        "POST /path?query HTTP/1.1\r\nHost: host\r\nContent-Type: type\r\nAccept: accept\r\n"
        "Accept-Encoding: coding\r\nOrigin: origin\r\nAuthorization: secret\r\n\r\n";
    KnownHeaders known;
    remember(known, bytes);

    const auto* const found = known.find(bytes);

    REQUIRE(found != nullptr);
    const Header& header = found->header;
    CHECK(std::vector<std::string_view>{header.method, header.path, header.query, header.host,
                                        header.content_type, header.accept, header.accept_encoding,
                                        header.origin, header.authorization} ==
          std::vector<std::string_view>{"POST", "/path", "query", "host", "type", "accept",
                                        "coding", "origin", "secret"});
}

TEST_CASE("a header of other bytes is not known", "[known_headers]") {
    KnownHeaders known;
    CHECK(known.find(header_of(17)) == nullptr);
    remember(known, header_of(17));

    for (std::size_t at = 0; at < header_of(17).size(); ++at) {
        CAPTURE(at);
        std::string other = header_of(17);
        other[at] ^= 1;
        CHECK(known.find(other) == nullptr);
        CHECK(known.find(header_of(17).substr(0, at)) == nullptr);
    }
}

TEST_CASE("of many headers each is found as itself or not at all", "[known_headers]") {
    KnownHeaders known;
    std::size_t found = 0;
    for (std::size_t length = 0; length < 2000; ++length) remember(known, header_of(length));
    for (std::size_t length = 0; length < 2000; ++length) {
        const auto* const one = known.find(header_of(length));
        if (one == nullptr) continue;
        ++found;
        CHECK(one->header.content_length == length);
    }
    CHECK(found > 100);
}

TEST_CASE("a long header is not remembered", "[known_headers]") {
    KnownHeaders known;
    const std::string bytes =
        "GET / HTTP/1.1\r\nHost: a\r\nCookie: " + std::string(600, 'x') + "\r\n\r\n";
    remember(known, bytes);
    CHECK(known.find(bytes) == nullptr);
}
