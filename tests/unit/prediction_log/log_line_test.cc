#include "prediction_log/log_line.h"

#include <catch2/catch.hpp>

#include "log_fixture.h"

namespace boxkited {

TEST_CASE("a line holds the event as it was sent with who took it and when", "[prediction_log]") {
    PredictionEvent event;
    event.features_json = R"([1.50,"a",null])";
    event.output_json = "7e2";
    event.request_body_json = R"({"rows":[1]})";
    event.metadata_json = R"({"k":"v"})";
    std::string out = "before\n";

    append_log_line(out, event, R"(server/2024-05-01T13:15:02/0b1c)", "0b1c", "server",
                    utc(2024, 5, 1, 13, 15) + std::chrono::microseconds(2'000'317),
                    utc(2024, 5, 1, 13, 16));

    CHECK(out ==
          "before\n"
          R"({"prediction_id":"server/2024-05-01T13:15:02/0b1c","server_id":"server",)"
          R"("entity_id":"0b1c","created_at":"2024-05-01T13:15:02.000317Z",)"
          R"("received_at":"2024-05-01T13:16:00.000000Z","features":[1.50,"a",null],)"
          R"("output":7e2,"request_body":{"rows":[1]},"metadata":{"k":"v"}})"
          "\n");
}

TEST_CASE("what an event has not is null in its line", "[prediction_log]") {
    std::string out;

    append_log_line(out, {}, R"(my \"id\")", "", "s", utc(2024, 5, 1), utc(2024, 5, 1));

    CHECK(out == R"({"prediction_id":"my \"id\"","server_id":"s","entity_id":null,)"
                 R"("created_at":"2024-05-01T00:00:00.000000Z",)"
                 R"("received_at":"2024-05-01T00:00:00.000000Z",)"
                 R"("features":null,"output":null,"request_body":null,"metadata":null})"
                 "\n");
}

TEST_CASE("a line can have some of its members", "[prediction_log]") {
    struct Row {
        std::vector<LineField> chosen;
        std::string_view line;
    };
    using enum LineField;
    const auto [chosen, line] = GENERATE(values<Row>({
        {{}, R"({"prediction_id":"p"})"},
        {{kMetadata, kServerId}, R"({"prediction_id":"p","server_id":"s","metadata":{}})"},
        {{kEntityId, kOutput}, R"({"prediction_id":"p","entity_id":null,"output":1})"},
        {{kReceivedAt, kFeatures, kRequestBody},
         R"({"prediction_id":"p","received_at":"2024-05-02T00:00:00.000000Z","features":[2],)"
         R"("request_body":null})"},
        {{kCreatedAt}, R"({"prediction_id":"p","created_at":"2024-05-01T00:00:00.000000Z"})"},
    }));
    PredictionEvent event;
    event.features_json = "[1]";
    event.output_json = "1";
    event.metadata_json = "{}";
    LineFields fields;
    for (const LineField field : chosen) fields.add(field);
    std::string out;

    append_log_line(out, event, "p", "", "s", utc(2024, 5, 1), utc(2024, 5, 2), "[2]", fields);

    CHECK(out == std::string(line) + "\n");
}

}  // namespace boxkited
