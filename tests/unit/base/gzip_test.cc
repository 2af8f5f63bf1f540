#include "base/gzip.h"

#include <catch2/catch.hpp>

#include "base/gzip_member.h"

using namespace boxkited;

TEST_CASE("gzip and back is the same text", "[gzip]") {
    const auto size = GENERATE(0, 1, 4096, 1'000'000);
    const std::string text(static_cast<std::size_t>(size), 'x');

    const auto back = gunzip(gzip(text), text.size());

    REQUIRE(back);
    CHECK(*back == text);
}

TEST_CASE("members one behind the other are one text", "[gzip]") {
    const auto back = gunzip(gzip("one ") + gzip("two"), 100);

    REQUIRE(back);
    CHECK(*back == "one two");
}

TEST_CASE("what would come out larger than the limit is refused", "[gzip]") {
    const std::string bomb = gzip(std::string(50'000'000, '\0'));

    const auto back = gunzip(bomb, 1'000'000);

    REQUIRE_FALSE(back);
    CHECK(back.error() == GunzipError::kTooLarge);
}

TEST_CASE("what is not whole gzip is refused", "[gzip]") {
    const std::string good = gzip("some text that is long enough to be cut");
    const std::string bad =
        GENERATE_COPY(std::string(), std::string("plain text"), good.substr(0, good.size() - 1),
                      good.substr(0, 12), good + "behind");

    const auto back = gunzip(bad, 1000);

    REQUIRE_FALSE(back);
    CHECK(back.error() == GunzipError::kNotGzip);
}
