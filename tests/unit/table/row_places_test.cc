#include "table/row_places.h"

#include <catch2/catch.hpp>

using namespace boxkited;

namespace {

RowBlock block_of(std::size_t file, std::vector<std::uint64_t> lines) {
    RowBlock block;
    block.file = file;
    block.lines = std::move(lines);
    return block;
}

std::string find(const RowPlaces& places, std::uint64_t row) {
    const auto place = places.find(row);
    return std::to_string(place.file) + ":" + std::to_string(place.line) +
           (place.is_exact ? "" : " or below");
}

}  // namespace

TEST_CASE("rows are found where they stand", "[row_places]") {
    RowPlaces places;
    places.note(block_of(0, {2, 3, 4, 7, 8}));
    places.note(block_of(0, {9, 11}));
    places.note(block_of(1, {2}));
    places.note(block_of(1, {3, 4}));

    std::vector<std::string> found;
    for (std::uint64_t row = 1; row <= 10; ++row) found.push_back(find(places, row));

    CHECK(found == std::vector<std::string>{"0:2", "0:3", "0:4", "0:7", "0:8", "0:9", "0:11", "1:2",
                                            "1:3", "1:4"});
}

TEST_CASE("too many notes make places that are not exact", "[row_places]") {
    RowPlaces places(4);
    for (std::uint64_t line = 2; line < 100; line += 2) places.note(block_of(0, {line}));

    CHECK(find(places, 1) == "0:2 or below");
    const auto last = places.find(49);
    CHECK(last.line <= 98);
    CHECK_FALSE(last.is_exact);
}
