#include "base/gzip_member.h"

#include <catch2/catch.hpp>

#include "base/gzip.h"

using namespace boxkited;

TEST_CASE("pieces that are deflated by themselves make one member", "[gzip]") {
    const std::string large(1'000'000, 'x');
    const auto level = GENERATE(1, 6, 9);
    const DeflatedText first = deflated("one " + large, level);
    const DeflatedText second = deflated("", level);
    const DeflatedText third = deflated(" two ", level);

    GzipMember member;
    for (const DeflatedText* const piece : {&first, &second, &third}) member.text().append(*piece);
    const auto back = gunzip(std::move(member).finish("three"), 2 * large.size());

    REQUIRE(back);
    CHECK((*back == "one " + large + " two three"));
}

TEST_CASE("a member without pieces is what stands last", "[gzip]") {
    CHECK(gunzip(GzipMember().finish("all"), 10).value() == "all");
    CHECK(gunzip(GzipMember().finish(""), 10).value().empty());
}
