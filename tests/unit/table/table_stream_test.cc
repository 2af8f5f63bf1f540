#include "table/table_stream.h"

#include <catch2/catch.hpp>

#include "unit/table/tables.h"

using namespace boxkited;

namespace {

std::string long_table(int rows) {
    std::string text = "a,b\n";
    for (int i = 0; i < rows; ++i)
        text += std::to_string(i) + ',' + std::to_string(i * 7919) + '\n';
    return text;
}

// What a stream gives: all rows, then the error if there is one.
std::string stream_text(TableReader& reader) {
    TableStream stream(reader);
    std::string text;
    for (;;) {
        const auto block = stream.next();
        if (!block) return text + to_string(block.error());
        if (*block == nullptr) return text;
        append_rows(text, **block, 2);
    }
}

}  // namespace

TEST_CASE("a stream gives all rows in order", "[table_stream]") {
    const TemporaryDirectory directory;
    write_file(directory / "t", long_table(5000));
    TableReader reader({{directory / "t"}}, {.block_bytes = 100});
    REQUIRE(reader.open());

    CHECK("a|b|\n" + stream_text(reader) == read_table({{directory / "t"}}));
}

TEST_CASE("a stream gives the rows before an error and then the error", "[table_stream]") {
    const TemporaryDirectory directory;
    write_file(directory / "t", "a,b\n1,2\n3,4\n5,6\n7\n");
    TableReader reader({{directory / "t"}}, {.block_bytes = 16});
    REQUIRE(reader.open());

    CHECK(stream_text(reader) ==
          "1|2|\n3|4|\n5|6|\n" + (directory / "t").native() + ":5: expected 2 cells, got 1");
}

TEST_CASE("a stream may end before its table", "[table_stream]") {
    const TemporaryDirectory directory;
    write_file(directory / "t", long_table(5000));
    TableReader reader({{directory / "t"}}, {.block_bytes = 100});
    REQUIRE(reader.open());

    TableStream stream(reader);
    CHECK(stream.next().has_value());
}
