#include "event/identity.h"

#include <catch2/catch.hpp>

using namespace boxkited;

TEST_CASE("a name that can stand in a file name is safe", "[identity]") {
    const auto name =
        GENERATE(as<std::string>{}, "a", "model-7_b.x", "...", ".hidden", std::string(100, 'x'));

    CHECK(is_safe_name(name));
}

TEST_CASE("a name that leaves its folder or its line is not safe", "[identity]") {
    const auto name = GENERATE(as<std::string>{}, "", ".", "..", "a/b", "/abs", "../../etc", "a b",
                               "a\nb", std::string("a\0b", 3), "\xC3\xA9", std::string(101, 'x'));
    CAPTURE(name);

    CHECK_FALSE(is_safe_name(name));
}
