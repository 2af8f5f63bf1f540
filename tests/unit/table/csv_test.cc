#include <catch2/catch.hpp>

#include "unit/table/tables.h"

using namespace boxkited;
using namespace std::string_literals;

namespace {

struct Case {
    std::string bytes;
    std::string table;
};

}  // namespace

TEST_CASE("CSV is read as RFC 4180 has it", "[csv]") {
    const Case row = GENERATE(values<Case>({
        {"a,b\n1,2\n", "a|b|\n1|2|\n"},
        {"a,b\n1,2", "a|b|\n1|2|\n"},
        {"a,b\r\n1,2\r\n", "a|b|\n1|2|\n"},
        {"a,b\r1,2\r3,4", "a|b|\n1|2|\n3|4|\n"},
        {"a,b\r1,2\r", "a|b|\n1|2|\n"},
        {"\xEF\xBB\xBF"
         "a,b\n1,2\n",
         "a|b|\n1|2|\n"},
        {"\xEF\xBB\xBF\"a\",b\n1,2\n", "a|b|\n1|2|\n"},
        {"a,b\n,\n", "a|b|\n||\n"},
        {"a,b\n\n\r\n1,2\n\n", "a|b|\n1|2|\n"},
        {"\n\na\n1\n", "a|\n1|\n"},
        {"a\n\"\"\n1\n", "a|\n|\n1|\n"},
        {"a,b\n\"x,y\",2\n", "a|b|\nx,y|2|\n"},
        {"a,b\n\"x\ny\",2\n", "a|b|\nx\ny|2|\n"},
        {"a,b\n\"x\r\ny\",\"2\"\r\n", "a|b|\nx\r\ny|2|\n"},
        {"a,b\n\"say \"\"no\"\"\",\"\"\"\"\n", "a|b|\nsay \"no\"|\"|\n"},
        {"\"a \"\"b\"\"\",\"c,d\"\n1,2\n", "a \"b\"|c,d|\n1|2|\n"},
        {"a,b\n5\" pipe,x\"\n", "a|b|\n5\" pipe|x\"|\n"},
        {"a,b\n x , \t y\n", "a|b|\n x | \t y|\n"},
        {"a,b\n\"x\",\"\"", "a|b|\nx||\n"},
        {"a,b\n1,", "a|b|\n1||\n"},
        {"größe,✓\n1,ü\n", "größe|✓|\n1|ü|\n"},
        {"a,b,a rather long name of a column\n0.12345678901234567,1,-1.5e-300\n",
         "a|b|a rather long name of a column|\n0.12345678901234567|1|-1.5e-300|\n"},
    }));
    CAPTURE(row.bytes);

    // However much is read at a time, a block ends somewhere within each of the cells.
    for (std::size_t bytes = 1; bytes < row.bytes.size() + 20; ++bytes) {
        CAPTURE(bytes);
        CHECK(read_text(row.bytes, {.block_bytes = bytes}) == row.table);
    }
}

TEST_CASE("each byte of a long table may be the last of a block", "[csv]") {
    std::string bytes = "number,text\r\n";
    std::string table = "number|text|\n";
    for (int i = 0; i < 40; ++i) {
        const std::string digits = std::to_string(i * i * 7919);
        bytes +=
            digits + ",\"" + std::string(static_cast<std::size_t>(i % 9), 'x') + "\"\"\r\n,\"\r\n";
        table += digits + "|" + std::string(static_cast<std::size_t>(i % 9), 'x') + "\"\r\n,|\n";
    }

    for (std::size_t size = 16; size < bytes.size() + 2; ++size) {
        CAPTURE(size);
        REQUIRE(read_text(bytes, {.block_bytes = size}) == table);
    }
}

TEST_CASE("cells may be divided by another character", "[csv]") {
    CHECK(read_text("a;b\n1,5;\"x;y\"\n", {.delimiter = ';'}) == "a|b|\n1,5|x;y|\n");
    CHECK(read_text("a\tb\n1\t\n", {.delimiter = '\t'}) == "a|b|\n1||\n");
}

TEST_CASE("columns without a header are called by their number", "[csv]") {
    const TableOptions options{.has_header = false, .block_bytes = 16};

    CHECK(read_text("5,\"a\"\"b\"\n6,y\n", options) == "0|1|\n5|a\"b|\n6|y|\n");
}

TEST_CASE("CSV that cannot be meant is refused with its line and column", "[csv]") {
    const Case row = GENERATE(values<Case>({
        {"", "t: the table is empty"},
        {"\n\r\n", "t: the table is empty"},
        {"\xEF\xBB\xBF", "t: the table is empty"},
        {"a,b\n", "t: the table has a header and no rows"},
        {"a,b\n\n", "t: the table has a header and no rows"},
        {"a,b\n1,2\n3\n", "t:3: expected 2 cells, got 1"},
        {"a\n1,2\n", "t:2: expected 1 cell, got 2"},
        {"a,b\n\"x\ny\",1\n1,2,3\n", "t:4: expected 2 cells, got 3"},
        {"a,b\r1,2\r3\r", "t:3: expected 2 cells, got 1"},
        {"a\n1,2,3,4\n", "t:2: expected 1 cell, got more than 2"},
        {"a,b\r1,\"x\ry\r\n\nz\r\"\r3\r", "t:7: expected 2 cells, got 1"},
        {"a,b,a\n1,2,3\n", "t:1: columns 1 and 3 are both called `a`"},
        {"a,,\n1,2,3\n4,5\n", "t:3: expected 3 cells, got 2"},
        {"0,,1\n1,2,3\n", "t:1: columns 2 and 3 are both called `1`"},
        {"a,b\n1,\"x\n3,4\n", "t:2: column 2: the quote is not closed"},
        {"a,b\n1,2\n\"", "t:3: column 1: the quote is not closed"},
        {"a,\"b\n1,2\n", "t:1: column 2: the quote is not closed"},
        {"a,b\n1,\"x\"y\n", "t:2: column 2: text behind the closing quote"},
        {"a,b\n\"x\n\" ,2\n", "t:3: column 1: text behind the closing quote"},
        {"a,b\n1,x\0y\n"s, "t:2: column 2: a NUL"},
        {"a,b\n\"\0\",y\n"s, "t:2: column 1: a NUL"},
        {"a,b\n1,\xFF\n", "t:2: column 2: expected UTF-8"},
        {"a,b\n1,\"\xC3\"\n", "t:2: column 2: expected UTF-8"},
        {"a\xE4,b\n1,2\n", "t:1: column 1: expected UTF-8"},
        {"\xFF\xFE"
         "a\0"s,
         "t:1: expected UTF-8, not UTF-16"},
        {" [ {\"a\": 1}]\n", "t:1: a JSON array; expected NDJSON, one object a line"},
    }));
    CAPTURE(row.bytes);

    for (std::size_t bytes = 16; bytes < row.bytes.size() + 20; ++bytes)
        CHECK(read_text(row.bytes, {.block_bytes = bytes}) == row.table);
}

TEST_CASE("a row that is longer than a row may be is refused", "[csv]") {
    const TableOptions options{.block_bytes = 16, .row_bytes = 1 << 20};
    const std::string much(2 << 20, 'x');

    CHECK(read_text("a,b\n1,2\n1," + much + "\n", options) == "t:3: the row is longer than 1 MiB");
    CHECK(read_text("a,b\n1,2\n1,\"" + much + "\"\n", options) ==
          "t:3: column 2: the quote is not closed within 1 MiB");
}

TEST_CASE("a row may be as long as a row may be and no longer", "[csv]") {
    constexpr std::size_t kMost = 1 << 20;
    const auto block_bytes = GENERATE(std::size_t{16}, std::size_t{100'000}, std::size_t{4 << 20});
    const TableOptions options{.block_bytes = block_bytes, .row_bytes = kMost};
    const std::string text(kMost - 1, 'x');

    CHECK(read_text("a\n" + text + "\n1\n", options) == "a|\n" + text + "|\n1|\n");
    CHECK(read_text("a\nx" + text + "\n1\n", options) == "t:2: the row is longer than 1 MiB");
    CHECK(read_text("x" + text + "\n1\n", options) == "t:1: the row is longer than 1 MiB");
}

TEST_CASE("a table may have very many columns and no more", "[csv]") {
    const std::string commas(99'999, ',');

    CHECK(read_text("a" + commas + ",\n") == "t:1: more than 100000 columns");
    CHECK(read_text("a" + commas + "\n") == "t: the table has a header and no rows");
}

TEST_CASE("a row that is longer than a block is read", "[csv]") {
    const std::string much(100'000, 'x');

    CHECK(read_text("a,b\n1," + much + "\n2,\"" + much + "\"\n", {.block_bytes = 16}) ==
          "a|b|\n1|" + much + "|\n2|" + much + "|\n");
}
