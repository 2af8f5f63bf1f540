#include "shipping/pause.h"

#include <catch2/catch.hpp>

namespace boxkited {

TEST_CASE("pauses grow twofold up to five minutes, each left half to chance", "[shipping]") {
    Pause pause(1);
    auto whole = Pause::kFirst;

    for (int i = 0; i < 20; ++i) {
        const auto next = pause.next();
        CHECK(next >= whole / 2);
        CHECK(next <= whole);
        whole = std::min(whole * 2, Pause::kLongest);
    }
    CHECK(whole == Pause::kLongest);
    pause.reset();
    CHECK(pause.next() <= Pause::kFirst);
}

TEST_CASE("two daemons do not pause alike", "[shipping]") {
    Pause one(1);
    Pause other(2);
    int alike = 0;

    for (int i = 0; i < 10; ++i) alike += one.next() == other.next();

    CHECK(alike < 10);
}

}  // namespace boxkited
