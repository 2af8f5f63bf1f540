#include "baseline/pairwise_sum.h"

#include <catch2/catch.hpp>
#include <utility>
#include <vector>

using namespace boxkited;

TEST_CASE("a sum is numpy's to the last bit around the lengths where its shape changes",
          "[pairwise_sum]") {
    const auto [count, sum] = GENERATE(table<std::size_t, double>({
        {0, 0.0},
        {1, 1.0},
        {7, 2.5928571428571425},
        {8, 2.7178571428571425},
        {9, 2.8289682539682537},
        {128, 5.433147092589173},
        {129, 5.440899030573669},
        {1000, 7.485470860550345},
        {8192, 9.58819004609531},
        {8193, 9.588312101508468},
        {100'000, 12.090146129863433},
    }));
    CAPTURE(count);
    std::vector<double> parts;
    for (std::size_t i = 1; i <= count; ++i) parts.push_back(1 / static_cast<double>(i));

    CHECK(pairwise_sum(parts) == sum);
}
