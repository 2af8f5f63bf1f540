#include <catch2/catch.hpp>

#include "unit/table/tables.h"

using namespace boxkited;

namespace {

struct Case {
    std::string bytes;
    std::string table;
};

}  // namespace

TEST_CASE("NDJSON is read as objects of cells or as prediction events", "[json]") {
    const Case row = GENERATE(values<Case>({
        {R"({"a": 1, "b": "x"}
{"b": "y", "a": 2.5}
)",
         "a|b|\n#1.0|x|\n#2.5|y|\n"},
        {"\xEF\xBB\xBF{\"a\": true}\r\n\r\n  \n{\"a\": false}", "a|\n#1.0|\n#0.0|\n"},
        {R"({"a": null, "b": NaN, "c": Infinity, "d": -Infinity, "e": 1e999, "f": -0})"
         "\n",
         "a|b|c|d|e|f|\n?|?|#inf|#-inf|#inf|#0.0|\n"},
        {R"({"a": "\u00fc\n", "b\"": ""})", "a|b\"|\nü\n||\n"},
        {R"({"a": 1}
{"b": 2}
{})",
         "a|b|\n#1.0|?|\n?|#2.0|\n?|?|\n"},
        {R"({"output": 1, "prediction": 2})", "output|prediction|\n#1.0|#2.0|\n"},
        {R"({"features": [1, "x", null], "output": 0.5}
{"output": "yes", "features": [2, "y", {"deep": [1]}]}
{"features": [3], "metadata": {"a": [NaN]}}
)",
         "0|1|2|output|\n#1.0|x|?|#0.5|\n#2.0|y|?|yes|\n#3.0|?|?|?|\n"},
        {R"({"features": {"age": 31, "c": "red"}, "output": [0.1, 0.9]}
{"features": {"c": "blue", "new": 1}, "output": [0.2, 0.8]}
)",
         "age|c|new|output|\n#31.0|red|?|?|\n?|blue|#1.0|?|\n"},
        {R"({"output": 2}
{"features": [1], "output": 3})",
         "0|output|\n#1.0|#3.0|\n"},
        {R"({"features": {"output": 1, "a": 2}, "output": "x"})",
         "output|a|output|\n#1.0|#2.0|x|\n"},
        {R"({"prediction_id":"e/1","server_id":"s","entity_id":null,"created_at":"t",)"
         R"("received_at":"t","features":null,"output":1,"request_body":null,"metadata":null})"
         "\n"
         R"({"prediction_id":"e/2","server_id":"s","entity_id":null,"created_at":"t",)"
         R"("received_at":"t","features":["Infinity"],"output":2,"request_body":[[]]})"
         "\n",
         "0|output|\nInfinity|#2.0|\n"},
    }));
    CAPTURE(row.bytes);

    CHECK(read_text(row.bytes) == row.table);
    CHECK(read_text(row.bytes, {.block_bytes = row.bytes.size() + 1}) == row.table);
}

TEST_CASE("each byte of NDJSON may be the last of a block", "[json]") {
    std::string bytes;
    std::string table = "a|b|\n";
    for (int i = 0; i < 30; ++i) {
        bytes += R"({"a":)" + std::to_string(i) + R"(,"b":"\"\u0041"})" + "\n";
        table += "#" + std::to_string(i) + ".0|\"A|\n";
    }

    for (std::size_t size = 16; size < bytes.size() + 2; ++size) {
        CAPTURE(size);
        REQUIRE(read_text(bytes, {.block_bytes = size}) == table);
    }
}

TEST_CASE("NDJSON that cannot be meant is refused with its line", "[json]") {
    const Case row = GENERATE(values<Case>({
        {"{\"a\": 1}\n{\"a\": 2\n", "t:2: expected `,` or `}` at byte 8"},
        {"{\"a\": 1}\n[1]\n", "t:2: expected a JSON object"},
        {"{\"a\": 1} 2\n", "t:1: expected nothing behind the object at byte 9"},
        {"{\"a\": 1}\n{\"a\": \"x}\n", "t:2: expected `\"` at the end of a text"},
        {"{\"a\": \"\xFF\"}\n", "t:1: expected UTF-8"},
        {"{\"a\": 1}\n\n{\"a\": [2]}\n",
         "t:3: column `a`: expected a number, a text, a boolean or null"},
        {"{\"a\": 1, \"a\": 2}\n", "t:1: column `a` comes twice"},
        {"{\"features\": [1], \"features\": [2]}\n", "t:1: `features` comes twice"},
        {"{\"features\": [1]}\n{\"features\": {\"a\": 1}}\n",
         "t:2: features: expected an array, as in the events before; leave out the files that have "
         "objects"},
        {"{\"features\": {\"a\": 1}}\n{\"features\": [1]}\n",
         "t:2: features: expected an object, as in the events before; leave out the files that "
         "have arrays"},
        {"{\"features\": [1]}\n{\"features\": 1}\n",
         "t:2: features: expected an array or an object"},
        {"{}\n", "t: the table is empty"},
        {"{\"features\": null, \"output\": 1}\n", "t: no event has features"},
        {"{\"features\": {}, \"output\": 1}\n", "t: no event has features"},
        {"{\"features\": [1]}\n\n{\"x\": 1}\n",
         "t:3: expected a prediction event: `features` or `output`"},
        {"{\"a\": 1}\n{\"features\": [1]}\n",
         "t:1: expected a prediction event: `features` or `output`"},
        {"{\"features\": null, \"features\": [1]}\n", "t:1: `features` comes twice"},
        {"{\"a\\n\\u001b[2J\": [1]}\n",
         "t:1: column `a\\n\\u001b[2J`: expected a number, a text, a boolean or null"},
    }));
    CAPTURE(row.bytes);

    CHECK(read_text(row.bytes) == row.table);
}

TEST_CASE("a column that comes late is a fault of a table and counted in events", "[json]") {
    const TemporaryDirectory directory;
    write_file(directory / "rows", "{\"a\": 1}\n{\"b\": 2}\n{\"c\": 3}\n");
    write_file(directory / "events",
               "{\"features\": [1]}\n{\"features\": [2, 3, 4]}\n{\"output\": 1}\n");

    CHECK(read_table({{directory / "rows"}}, {.head_bytes = 10}) ==
          (directory / "rows").native() +
              ":3: column `c` is none of those at the beginning of the table");

    TableReader reader({{directory / "events"}}, {.head_bytes = 18, .block_bytes = 34});
    CHECK(reader.open().value().names == std::vector<std::string>{"0", "output"});
    RowBlock block;
    CHECK(reader.next(block).value());
    CHECK(reader.next(block).value());
    CHECK(block.lines == std::vector<std::uint64_t>{2});
    CHECK_FALSE(reader.next(block).value());
    CHECK(reader.left_out().values == 2);
    CHECK(reader.left_out().events == 1);
    CHECK_FALSE(reader.has_output());
}

TEST_CASE("the columns are those of the head however much is read at a time", "[json]") {
    const std::string bytes = "{\"a\":1}\n{\"b\":2}\n\n{\"a\":3}\n";

    for (std::size_t head = 9; head < 30; ++head)
        for (std::size_t size = 16; size < 40; ++size)
            REQUIRE(read_text(bytes, {.head_bytes = head, .block_bytes = size}) ==
                    "a|b|\n#1.0|?|\n?|#2.0|\n#3.0|?|\n");
}

TEST_CASE("an output that comes behind the head is read", "[json]") {
    const TemporaryDirectory directory;
    write_file(directory / "t",
               "{\"features\":[1]}\n{\"features\":[2]}\n"
               "{\"features\":[3],\"output\":4}\n");

    CHECK(read_table({{directory / "t"}}, {.head_bytes = 1, .block_bytes = 16}) ==
          "0|output|\n#1.0|?|\n#2.0|?|\n#3.0|#4.0|\n");
}

TEST_CASE("a table of very many columns is refused soon", "[json]") {
    std::string line = "{";
    for (int i = 0; i <= 100'000; ++i) line += "\"" + std::to_string(i) + "\":1,";
    line.back() = '}';

    CHECK(read_text(line) == "t:1: more than 100000 columns");
}

TEST_CASE("a line may be as long as a row may be", "[json]") {
    constexpr std::size_t kMost = 1 << 20;
    const std::string text(kMost - 9, 'x');
    const TableOptions options{.row_bytes = kMost};

    CHECK(read_text("{\"a\":\"" + text + "\"}\n", options) == "a|\n" + text + "|\n");
    CHECK(read_text("{\"a\":\"x" + text + "\"}\n", options) == "t:1: the row is longer than 1 MiB");
}

TEST_CASE("rows of many columns that lines do not name come in several blocks", "[json]") {
    const TemporaryDirectory directory;
    std::string bytes = "{";
    for (int i = 0; i < 1000; ++i) bytes += "\"" + std::to_string(i) + "\":1,";
    bytes.back() = '}';
    for (int i = 0; i < 50'000; ++i) bytes += "\n{\"0\":1}";
    write_file(directory / "t", bytes);
    TableReader reader({{directory / "t"}}, {});
    REQUIRE(reader.open());

    std::uint64_t rows = 0;
    for (RowBlock block; reader.next(block).value();) {
        REQUIRE(block.cells.size() < 300'000);
        for (const std::uint64_t line : block.lines) REQUIRE(line == ++rows);
    }
    CHECK(rows == 50'001);
}
