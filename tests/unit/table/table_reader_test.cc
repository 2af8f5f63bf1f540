#include "table/table_reader.h"

#include <catch2/catch.hpp>

#include "base/gzip_member.h"
#include "unit/table/tables.h"

using namespace boxkited;

namespace {

// A table of two files, "a" and "b".
std::string read_two(std::string_view a, std::string_view b, TableOptions options = {}) {
    const TemporaryDirectory directory;
    write_file(directory / "a", a);
    write_file(directory / "b", b);
    std::string text = read_table({{directory / "a"}, {directory / "b"}}, options);
    const std::string folder = directory.path().native() + "/";
    for (auto at = text.find(folder); at != text.npos; at = text.find(folder))
        text.erase(at, folder.size());
    return text;
}

}  // namespace

TEST_CASE("several files are one table", "[table]") {
    CHECK(read_two("x,y\n1,2", "x,y\n3,4\n") == "x|y|\n1|2|\n3|4|\n");
    CHECK(read_two("x,y\n1,2\n", gzip("\xEF\xBB\xBFx,y\r\n3,4\r\n")) == "x|y|\n1|2|\n3|4|\n");
    CHECK(read_two("x,\n1,2\n", "x,\n") == "x|1|\n1|2|\n");
    CHECK(read_two("1,2\n", "3,4\n", {.has_header = false}) == "0|1|\n1|2|\n3|4|\n");
    CHECK(read_two("{\"x\": 1}\n", "{\"x\": 2}") == "x|\n#1.0|\n#2.0|\n");
    CHECK(read_two("{\"x\": 1}\n", "{\"y\": 2}") == "x|y|\n#1.0|?|\n?|#2.0|\n");
    CHECK(read_two("{\"features\":{\"a\":1},\"output\":null}",
                   "{\"features\":{\"a\":2,\"b\":3},\"output\":4}") ==
          "a|b|output|\n#1.0|?|?|\n#2.0|#3.0|#4.0|\n");
}

TEST_CASE("files of different tables are refused", "[table]") {
    CHECK(read_two("x,y\n1,2\n", "x,z\n3,4\n") == "b:1: column 2 is `z`, where a has `y`");
    CHECK(read_two("x,y\n1,2\n", "y,x\n3,4\n") == "b:1: column 1 is `y`, where a has `x`");
    CHECK(read_two("x,y\n1,2\n", "x\n3\n") == "b:1: expected 2 columns, as in a, got 1");
    CHECK(read_two("x,y\n1,2\n", "3,4,5\n", {.has_header = false}) ==
          "b:1: expected 2 cells, got 3");
    CHECK(read_two("x,y\n1,2\n", "") == "b: the table is empty");
    CHECK(read_two("", "x,y\n1,2\n") == "a: the table is empty");
    CHECK(read_two("x,y\n", "x,y\n") == "a: the table has a header and no rows");
    CHECK(read_two("x\n1\n", "{\"x\": 1}\n") == "b: expected CSV, as in a");
    CHECK(read_two("{\"x\": 1}\n", "x\n1\n") == "b: expected NDJSON, as in a");
    CHECK(read_two("{\"x\": 1}\n", "{\"y\": 1}\n", {.head_bytes = 9}) ==
          "b:1: column `y` is none of those at the beginning of the table");
    CHECK(read_two("x\n1\n", "x,y\n3,4\n") == "b:1: expected 1 column, as in a, got 2");
    CHECK(read_two("{\"features\":[1]}", "{\"features\":{\"x\":1}}") ==
          "b:1: features: expected an array, as in the events before; leave out the files that "
          "have objects");
    CHECK(read_two("{\"features\":[1]}", "\n{\"x\":1}") ==
          "b:2: expected a prediction event: `features` or `output`");
}

TEST_CASE("the last line of a log is left out while it is being written", "[table]") {
    const TemporaryDirectory directory;
    write_file(directory / "log", "{\"features\":[1],\"output\":2}\n{\"features\":[3],\"out");
    write_file(directory / "new", "");

    CHECK(read_table({{directory / "new", true}, {directory / "log", true}}) ==
          "0|output|\n#1.0|#2.0|\n");
    write_file(directory / "outputs", "{\"features\":null,\"output\":2}\n");
    CHECK(read_table({{directory / "outputs", true}, {directory / "log", true}}) ==
          "0|output|\n#1.0|#2.0|\n");
    write_file(directory / "rows", "{\"a\":2}\n");
    CHECK(read_table({{directory / "rows", true}}) ==
          (directory / "rows").native() +
              ":1: expected a prediction event: `features` or `output`");
    CHECK(read_table({{directory / "new", true}}) ==
          (directory / "new").native() + ": the table is empty");
}

TEST_CASE("a file that cannot be read is named", "[table]") {
    const TemporaryDirectory directory;

    CHECK(read_table({{directory / "none"}}) ==
          (directory / "none").native() + ": No such file or directory");
    CHECK(read_table({{directory.path()}}) == directory.path().native() + ": Is a directory");
    CHECK(TableReader({{"-"}}, {}).name_of(0) == "standard input");
}

TEST_CASE("a block says which lines of which file its rows are", "[table]") {
    const TemporaryDirectory directory;
    write_file(directory / "a", "x\n\n1\n\"2\n\"\n3\n");
    write_file(directory / "b", "x\n4\n");
    TableReader reader({{directory / "a"}, {directory / "b"}}, {});
    REQUIRE(reader.open());

    RowBlock block;
    REQUIRE(reader.next(block).value());
    CHECK(block.file == 0);
    CHECK(block.lines == std::vector<std::uint64_t>{3, 4, 6});
    REQUIRE(reader.next(block).value());
    CHECK(block.file == 1);
    CHECK(block.lines == std::vector<std::uint64_t>{2});
    CHECK(block.bytes_read == 16);
    CHECK_FALSE(reader.next(block).value());
}
