#include "baseline/reservoir.h"

#include <array>
#include <catch2/catch.hpp>
#include <vector>

using namespace boxkited;

namespace {

// What a reservoir keeps of the numbers from 0 to `count` - 1.
std::vector<std::size_t> kept(std::size_t capacity, std::uint64_t seed, std::size_t count) {
    Reservoir reservoir(capacity, seed);
    std::vector<std::size_t> items;
    for (std::size_t item = 0; item < count; ++item) {
        const auto place = reservoir.next();
        if (!place) continue;
        REQUIRE(*place <= items.size());
        if (*place == items.size()) items.emplace_back();
        items[*place] = item;
    }
    return items;
}

}  // namespace

TEST_CASE("what is no longer than the reservoir is kept as it is", "[reservoir]") {
    CHECK(kept(4, 1, 0).empty());
    CHECK(kept(4, 1, 3) == std::vector<std::size_t>{0, 1, 2});
    CHECK(kept(4, 1, 4) == std::vector<std::size_t>{0, 1, 2, 3});
}

TEST_CASE("a seed keeps the same items on every platform", "[reservoir]") {
    CHECK(kept(3, 42, 12) == std::vector<std::size_t>{5, 1, 9});
    CHECK(kept(3, 43, 1000) != kept(3, 42, 1000));
}

TEST_CASE("every item is kept as often as any other", "[reservoir]") {
    constexpr std::size_t kItems = 20;
    constexpr std::size_t kCapacity = 5;
    constexpr int kRounds = 20'000;
    std::array<int, kItems> times{};

    for (std::uint64_t seed = 0; seed < kRounds; ++seed)
        for (const std::size_t item : kept(kCapacity, seed, kItems)) ++times[item];

    // 5000 of 20000 each, with a deviation of 61.
    for (const int count : times) CHECK(count == Approx(5000).margin(310));
}
