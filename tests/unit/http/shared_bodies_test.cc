#include "http/shared_bodies.h"

#include <catch2/catch.hpp>

using namespace boxkited::http;

TEST_CASE("a shared body counts once until its last holder lets go", "[shared]") {
    std::atomic<std::size_t> memory{0};
    SharedBodies bodies(memory);
    const auto body = std::make_shared<const std::string>(1000, 'x');
    const auto other = std::make_shared<const std::string>(1000, 'y');

    auto first = bodies.hold(body, 1500);
    auto second = bodies.hold(body, 1500);

    CHECK(first.get() == body.get());
    CHECK(second.get() == body.get());
    CHECK(memory == body->capacity());
    CHECK(bodies.hold(other, 1500) == nullptr);
    first.reset();
    CHECK(memory == body->capacity());
    second.reset();
    CHECK(memory == 0);
    CHECK(bodies.hold(other, 1500).get() == other.get());
    CHECK(memory == 0);
}
