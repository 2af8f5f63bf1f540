#include <catch2/catch.hpp>

#include "base/utc_text.h"
#include "unit/table/tables.h"

using namespace boxkited;

namespace {

std::string shown(const Value& value) {
    switch (value.kind) {
        case Value::Kind::kNumber:
        case Value::Kind::kBoolean:
            return '#' + python_float(value.number);
        case Value::Kind::kText:
            return std::string(value.text);
        case Value::Kind::kMissing:
            return "?";
        case Value::Kind::kNested:
            break;
    }
    return "{}";
}

// "2/3 a=#1.0 b=? -> x @2024-05-01T00:00:00.000000Z logged": 2 of 3 features kept.
std::string shown(const EventRow& event, const RowBlock& block) {
    std::string text = event.has_features ? std::to_string(event.kept_features) + "/" +
                                                std::to_string(event.feature_count)
                                          : "none";
    for (std::size_t i = 0; i < event.kept_features; ++i) {
        const auto& feature = block.features[event.first_feature + i];
        text += ' ';
        if (event.are_named) text += std::string(feature.name) + '=';
        text += shown(feature.value);
    }
    if (event.output) text += " -> " + shown(*event.output);
    if (event.time) text += " @" + utc_text(*event.time);
    return text + (event.is_logged ? " logged\n" : "\n");
}

std::string read_events(std::vector<TableFile> files, TableOptions options = {}) {
    options.whole_events = true;
    TableReader reader(std::move(files), options);
    const auto table = reader.open();
    if (!table) return to_string(table.error());
    REQUIRE(table->are_events);
    REQUIRE(table->names.empty());
    std::string text;
    for (RowBlock block;;) {
        const auto more = reader.next(block);
        if (!more) return to_string(more.error());
        if (!*more) return text;
        REQUIRE(block.events.size() == block.rows());
        for (const EventRow& event : block.events) text += shown(event, block);
    }
}

std::string read_event_text(std::string_view bytes, TableOptions options = {}) {
    const TemporaryDirectory directory;
    write_file(directory / "t", bytes);
    const std::string text = read_events({{directory / "t"}}, options);
    const std::string folder = directory.path().native() + "/";
    return text.starts_with(folder) ? text.substr(folder.size()) : text;
}

struct Case {
    std::string bytes;
    std::string events;
};

}  // namespace

TEST_CASE("events come as they are", "[events]") {
    const Case row = GENERATE(values<Case>({
        {R"({"features": [1, "x", null, {"deep": [1]}, true], "output": 0.5})",
         "5/5 #1.0 x ? {} #1.0 -> #0.5\n"},
        {R"({"features": {"a\u0062": "\u00fc", "c": NaN}, "output": ["nested"]})",
         "2/2 ab=ü c=? -> {}\n"},
        {R"({"features": []}
{"features": {}, "output": null}
{"output": "only"}
{"features": null, "output": -Infinity})",
         "0/0\n0/0 -> ?\nnone -> only\nnone -> #-inf\n"},
        {R"({"features": [1]}
{"features": {"a": 1}}
{"features": {"b": 2, "a": 1}})",
         "1/1 #1.0\n1/1 a=#1.0\n2/2 b=#2.0 a=#1.0\n"},
        {R"({"features": [1], "timestamp": "2024-05-01T13:00:00+01:00"}
{"features": [1], "timestamp": 1714564800.25}
{"features": [1], "timestamp": null}
{"features": [1], "timestamp": "yesterday"}
{"features": [1], "timestamp": 1e300})",
         "1/1 #1.0 @2024-05-01T12:00:00.000000Z\n1/1 #1.0 @2024-05-01T12:00:00.250000Z\n"
         "1/1 #1.0\n1/1 #1.0\n1/1 #1.0\n"},
        {R"({"prediction_id":"e/1","server_id":"s","entity_id":null,)"
         R"("created_at":"2024-05-01T12:00:00.000001Z","received_at":"2024-05-02T00:00:00.000000Z",)"
         R"("features":["Infinity"],"output":null,"request_body":{"timestamp":1},)"
         R"("metadata":{"created_at":"x"}})",
         "1/1 Infinity -> ? @2024-05-01T12:00:00.000001Z logged\n"},
    }));
    CAPTURE(row.bytes);

    CHECK(read_event_text(row.bytes) == row.events);
    CHECK(read_event_text(row.bytes, {.head_bytes = 1, .block_bytes = 16}) == row.events);
}

TEST_CASE("of features in order only as many are kept as are wanted", "[events]") {
    CHECK(read_event_text("{\"features\": [1, 2, 3]}\n{\"features\": {\"a\": 1, \"b\": 2}}",
                          {.kept_features = 1}) == "1/3 #1.0\n2/2 a=#1.0 b=#2.0\n");
}

TEST_CASE("lines that are no events are refused with their number", "[events]") {
    const Case row = GENERATE(values<Case>({
        {"{\"features\": [1]}\n{\"a\": 1}\n",
         "t:2: expected a prediction event: `features` or `output`"},
        {"{\"features\": [1]}\n\n{\"features\": [1\n", "t:3: expected `,` or `]` at byte 16"},
        {"{\"features\": [1]}\n{\"features\": {\"a\": 1, \"b\": 2, \"a\": 3}}\n",
         "t:2: features: `a` comes twice"},
        {"{\"features\": [1]}\n{\"features\": 7}\n",
         "t:2: features: expected an array or an object"},
        {"{\"features\": [1]}\n{\"features\": [1], \"features\": [2]}\n",
         "t:2: `features` comes twice"},
    }));
    CAPTURE(row.bytes);

    CHECK(read_event_text(row.bytes) == row.events);
    CHECK(read_event_text("{\"output\":1}\n{\"output\":\"" + std::string(1 << 20, 'x') + "\"}\n",
                          {.row_bytes = 1 << 20}) == "t:2: the row is longer than 1 MiB");
}

TEST_CASE("an event without a time is refused where times are needed", "[events]") {
    CHECK(read_event_text("{\"features\":[],\"timestamp\":0}\n{\"output\":1}\n",
                          {.need_times = true}) ==
          "t:2: no event time: expected RFC 3339 text or Unix seconds in `created_at` or "
          "`timestamp`");
}

TEST_CASE("logs without a line are a table of events all the same", "[events]") {
    const TemporaryDirectory directory;
    write_file(directory / "new", "");
    write_file(directory / "torn", "{\"features\":[1],\"out");

    CHECK(read_events({{directory / "new", true}, {directory / "torn", true}}).empty());
    CHECK(read_events({{directory / "new"}}) ==
          (directory / "new").native() + ": the table is empty");
}

TEST_CASE("many events in small blocks are all there", "[events]") {
    std::string bytes;
    std::string events;
    for (int i = 0; i < 5000; ++i) {
        bytes +=
            R"({"features":{"a":)" + std::to_string(i) + R"(,"\u0062":"\"x"},"output":1})" + "\n";
        events += "2/2 a=#" + std::to_string(i) + ".0 b=\"x -> #1.0\n";
    }

    CHECK(read_event_text(bytes, {.block_bytes = 100}) == events);
    CHECK(read_event_text(bytes) == events);
}
