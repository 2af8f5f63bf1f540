#include "baseline/category_counts.h"

#include <catch2/catch.hpp>
#include <string>
#include <utility>
#include <vector>

using namespace boxkited;

namespace {

using Bins = std::vector<std::pair<std::string, double>>;

Bins bins_of(const CategoryCounts& counts, std::size_t most) {
    Bins bins;
    for (const auto& bin : counts.baseline(most).bins) bins.emplace_back(bin.name, bin.count);
    return bins;
}

}  // namespace

TEST_CASE("texts are counted by name and sorted as text", "[category_counts]") {
    CategoryCounts counts;

    for (const char* name : {"red", "Red", "10", "9", "rot", "red", "zürich", "z"})
        counts.add(name);

    CHECK(bins_of(counts, 10) ==
          Bins{{"10", 1}, {"9", 1}, {"Red", 1}, {"red", 2}, {"rot", 1}, {"z", 1}, {"zürich", 1}});
}

TEST_CASE("the most frequent texts keep their bins and of equal ones those that sort first",
          "[category_counts]") {
    CategoryCounts counts;

    for (const char* name : {"d", "b", "c", "a", "c", "e", "e"}) counts.add(name);

    CHECK(bins_of(counts, 5) == Bins{{"a", 1}, {"b", 1}, {"c", 2}, {"d", 1}, {"e", 2}});
    CHECK(bins_of(counts, 3) == Bins{{"a", 1}, {"c", 2}, {"e", 2}, {"__other__", 2}});
    CHECK(bins_of(counts, 1) == Bins{{"c", 2}, {"__other__", 5}});
    CHECK(bins_of(counts, 0) == Bins{{"__other__", 7}});
}

TEST_CASE("the bins of the others and of the missing come last and once", "[category_counts]") {
    CategoryCounts counts;

    counts.add("~");
    counts.add_missing();
    counts.add_other();
    counts.add("__other__");

    CHECK(bins_of(counts, 1) == Bins{{"~", 1}, {"__other__", 2}, {"nan", 1}});
}

TEST_CASE("a NUL in a name is counted as it will be written", "[category_counts]") {
    CategoryCounts counts;

    counts.add({"a\0b", 3});
    counts.add("a\\u0000b");

    CHECK(bins_of(counts, 5) == Bins{{"a\\u0000b", 2}});
}
