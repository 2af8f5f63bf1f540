#include "http/bearer_token.h"

#include <catch2/catch.hpp>
#include <string>

using namespace boxkited::http;

TEST_CASE("a token is equal to itself and to no other", "[token]") {
    const std::string secret = "0123456789abcdef";
    const BearerToken token(secret);

    CHECK(token == BearerToken(secret));
    for (std::size_t at = 0; at < secret.size(); ++at) {
        std::string other = secret;
        other[at] ^= 1;
        CHECK_FALSE(token == BearerToken(other));
        CHECK_FALSE(token == BearerToken(secret.substr(0, at)));
    }
    CHECK_FALSE(token == BearerToken(secret + "0"));
    CHECK_FALSE(token == BearerToken(secret + std::string(1, '\0')));
}

TEST_CASE("a bearer's token stands behind the scheme", "[token]") {
    CHECK(bearer_of("Bearer abc") == "abc");
    CHECK(bearer_of("bEARER   abc ") == "abc");
    CHECK(bearer_of("Bearer a b") == "a b");
    for (const char* const other : {"", "Bearer", "Bearer ", "Bearerabc", "Basic abc", "abc",
                                    "Bearer\tabc", " Bearer abc", "Bear"}) {
        CAPTURE(other);
        CHECK(bearer_of(other).empty());
    }
}
