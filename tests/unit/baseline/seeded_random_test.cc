#include "baseline/seeded_random.h"

#include <catch2/catch.hpp>
#include <set>
#include <vector>

using namespace boxkited;

TEST_CASE("a seed gives the same numbers on every platform", "[seeded_random]") {
    SeededRandom random(1);

    const std::vector<std::uint64_t> numbers{random.next(), random.next(), random.next()};

    CHECK(numbers ==
          std::vector<std::uint64_t>{0x6ec85f1f8547bc0c, 0x6cf63afcc21a470a, 0x8a27b94cff7526aa});
}

TEST_CASE("numbers below a limit are the same on every platform", "[seeded_random]") {
    SeededRandom random(7);

    std::vector<std::uint64_t> digits(10);
    for (auto& digit : digits) digit = random.below(10);

    CHECK(digits == std::vector<std::uint64_t>{1, 7, 5, 5, 3, 9, 4, 5, 4, 8});
}

TEST_CASE("the limits of a random number are kept", "[seeded_random]") {
    SeededRandom random(3);

    CHECK(random.below(1) == 0);
    constexpr std::uint64_t kHalf = 1ULL << 63;
    for (int i = 0; i < 100; ++i) CHECK(random.below(kHalf + 1) <= kHalf);
}

TEST_CASE("seeds and streams that follow each other share no numbers", "[seeded_random]") {
    std::set<std::uint64_t> first;

    for (std::uint64_t seed = 0; seed < 20; ++seed)
        for (std::uint64_t stream = 0; stream < 20; ++stream)
            for (int i = 0; i < 10; ++i) {
                SeededRandom random(seed, stream);
                for (int skip = 0; skip < i; ++skip) random.next();
                first.insert(random.next());
            }

    CHECK(first.size() == 20 * 20 * 10);
}
