#include "event/event_decoder.h"

#include <catch2/catch.hpp>
#include <limits>

using namespace boxkited;

namespace {

constexpr std::size_t kDepth = 128;

// What came of one event, as text: its parts, or the refusal.
std::string told(const EventDecoder::Decoded& decoded) {
    if (!decoded) return to_string(decoded.error());
    const PredictionEvent& event = **decoded;
    std::string text;
    const auto tell = [&](std::string_view name, std::string_view value) {
        if (value.empty()) return;
        if (!text.empty()) text += ' ';
        text.append(name).append("=").append(value);
    };
    tell("features", event.features_json);
    tell("output", event.output_json);
    tell("request_body", event.request_body_json);
    tell("metadata", event.metadata_json);
    tell("id", event.id_json);
    return text;
}

std::string decoded(std::string_view json) {
    EventDecoder decoder(kDepth);
    decoder.begin_event(json);
    const auto event = decoder.next();
    REQUIRE(event);
    const std::string text = told(*event);
    CHECK_FALSE(decoder.next());
    return text;
}

std::vector<std::string> rest_of(EventDecoder& decoder) {
    std::vector<std::string> all;
    while (const auto event = decoder.next()) all.push_back(told(*event));
    return all;
}

std::vector<std::string> lines(std::string_view text) {
    EventDecoder decoder(kDepth);
    decoder.begin_lines(text);
    return rest_of(decoder);
}

using Texts = std::vector<std::string>;

}  // namespace

TEST_CASE("each value is given back as it was sent", "[event_decoder]") {
    CHECK(decoded(R"({"features":[1.50,-0,1e309,"a b",true,null],"output":"yes",)"
                  R"("request_body":{"a":[1,2]},"metadata":{"k":"v"},"prediction_id":"p-1"})") ==
          R"(features=[1.50,-0,1e309,"a b",true,null] output="yes" )"
          R"(request_body={"a":[1,2]} metadata={"k":"v"} id=p-1)");
}

TEST_CASE("insignificant whitespace is left out", "[event_decoder]") {
    CHECK(decoded("\n{ \"features\" : [ 1 ,\r\n 2 , \"a  b\" ] , \"output\" : { } }\t") ==
          "wrong_type: output: expected a number, text, boolean, null or an array");
    CHECK(decoded("\n{ \"features\" : { \"x y\" : [ 1 ,\r\n 2 ] } , \"output\" : 3 }\t") ==
          R"(features={"x y":[1,2]} output=3)");
}

TEST_CASE("NaN and infinities become strict JSON within features and output", "[event_decoder]") {
    CHECK(decoded(R"({"features":[NaN,Infinity,-Infinity,"NaN"],"output":NaN})") ==
          R"(features=[null,"Infinity","-Infinity","NaN"] output=null)");
    CHECK(decoded(R"({"output":1,"request_body":NaN})") == "not_json: expected a value at byte 27");
    CHECK(decoded(R"({"output":1,"metadata":{"a":Infinity}})") ==
          "not_json: expected a value at byte 28");
}

TEST_CASE("characters that end lines are escaped", "[event_decoder]") {
    CHECK(decoded("{\"output\":\"a\xE2\x80\xA8\xC2\x85\xE2\x9C\x93\xC3\xA8\"}") ==
          "output=\"a\\u2028\\u0085\xE2\x9C\x93\xC3\xA8\"");
}

TEST_CASE("values are what counting needs", "[event_decoder]") {
    EventDecoder decoder(kDepth);
    decoder.begin_event(R"({"features":{"a":1.5,"b":"t\u0065xt","c":null,"d":[1],"e":false}})");

    const auto event = decoder.next();

    REQUIRE(event);
    REQUIRE(*event);
    const auto& features = (**event)->features;
    REQUIRE(features.size() == 5);
    CHECK((**event)->features_are_named);
    CHECK(features[0].name == "a");
    CHECK(features[0].value.kind == Value::Kind::kNumber);
    CHECK(features[0].value.number == 1.5);
    CHECK(features[1].value.kind == Value::Kind::kText);
    CHECK(features[1].value.text == "text");
    CHECK(features[2].value.kind == Value::Kind::kMissing);
    CHECK(features[3].value.kind == Value::Kind::kNested);
    CHECK(features[4].value.kind == Value::Kind::kBoolean);
    CHECK(features[4].value.number == 0);
}

TEST_CASE("a time is RFC 3339 or Unix seconds", "[event_decoder]") {
    const auto [json, microseconds] = GENERATE(table<std::string, long long>({
        {R"("2024-05-01T15:15:02.5+02:00")", 1'714'569'302'500'000},
        {"1714569302", 1'714'569'302'000'000},
        {"1714569302.000317", 1'714'569'302'000'317},
    }));
    EventDecoder decoder(kDepth);
    const std::string body = R"({"output":1,"timestamp":)" + json + "}";
    decoder.begin_event(body);

    const auto event = decoder.next();

    REQUIRE(*event);
    CHECK((**event)->time == WallTime(std::chrono::microseconds(microseconds)));
}

TEST_CASE("null stands for an absent field", "[event_decoder]") {
    CHECK(decoded(R"({"output":1,"prediction_id":null,"timestamp":null,"metadata":null})") ==
          "output=1 metadata=null");
}

TEST_CASE("a refused event says which field and why", "[event_decoder]") {
    const auto [json, error] = GENERATE(table<std::string, std::string>({
        {"", "not_json: expected a JSON value, got nothing"},
        {" \n", "not_json: expected a JSON value, got nothing"},
        {"nope", "not_json: expected a value at byte 0"},
        {"7", "wrong_type: event: expected an object"},
        {"[1,2]", "wrong_type: event: expected an object"},
        {"{}", "missing_field: features or output"},
        {R"({"metadata":{}})", "missing_field: features or output"},
        {R"({"features":[1,2)", "not_json: expected `,` or `]` at byte 16"},
        {R"({"features":[1,2],"output":1)", "not_json: expected `,` or `}` at byte 28"},
        {R"({"features":[1,],"output":1})", "not_json: expected a value at byte 15"},
        {R"({"features":[1 2]})", "not_json: expected `,` or `]` at byte 15"},
        {R"({"output":1,})", "not_json: expected a field name at byte 12"},
        {R"({"output" 1})", "not_json: expected `:` at byte 10"},
        {R"({output:1})", "not_json: expected a field name at byte 1"},
        {R"({"output":1} {"output":2})", "not_json: expected nothing behind the event at byte 13"},
        {R"({"output":1}])", "not_json: expected nothing behind the event at byte 12"},
        {R"({"output":01})", "not_json: expected a value at byte 10"},
        {R"({"output":1.2.3})", "not_json: expected a value at byte 10"},
        {"{\"output\":1\v}", "not_json: expected a value at byte 10"},
        {"{\"output\":NaN\x1F}", "not_json: expected a value at byte 10"},
        {"{\"features\":[true\x01,2]}", "not_json: expected a value at byte 13"},
        {R"({"output":"\ud800"})", "not_json: expected a text with good escapes at byte 10"},
        {R"({"output":1,"request_body":["\x"]})",
         "not_json: expected a text with good escapes at byte 28"},
        {R"({"output":"a)", "not_json: expected `\"` at the end of a text"},
        {"{\"output\":\"a\nb\"}", "not_json: expected control characters in a text to be escaped"},
        {std::string("{\"output\":\"a\0b\"}", 16),
         "not_json: expected control characters in a text to be escaped"},
        {std::string("{\"output\":1}\0", 13),
         "not_json: expected nothing behind the event at byte 12"},
        {"{\"output\":\"\xFF\"}", "not_json: expected UTF-8"},
        {"\xEF\xBB\xBF{\"output\":1}", "not_json: expected a value at byte 0"},
        {R"({"features":7,"output":1})", "wrong_type: features: expected an array or an object"},
        {R"({"features":null})", "wrong_type: features: expected an array or an object"},
        {R"({"feature":[1]})",
         "unknown_field: `feature`: expected features, output, request_body, prediction_id, "
         "timestamp or metadata"},
        {R"({"output":1,"output":2})", "duplicate_field: output"},
        {R"({"output":1,"outpu\u0074":2})", "duplicate_field: output"},
        {R"({"features":{"a":1,"b":2,"a":3}})", "duplicate_field: features: `a`"},
        {R"({"features":{"a":1,"\u0061":3}})", "duplicate_field: features: `a`"},
        {R"({"output":1,"metadata":[]})", "wrong_type: metadata: expected an object"},
        {R"({"output":1,"prediction_id":7})", "wrong_type: prediction_id: expected text"},
        {R"({"output":1,"prediction_id":""})",
         "bad_id: prediction_id: expected 1 to 256 bytes, got 0"},
        {R"({"output":1,"timestamp":"yesterday"})",
         "bad_timestamp: timestamp: expected RFC 3339 text, got `yesterday`"},
        {R"({"output":1,"timestamp":1e12})", "bad_timestamp: timestamp: expected Unix seconds"},
        {R"({"output":1,"metadata":{"a":}})", "not_json: expected a value at byte 28"},
        {R"({"output":1,"request_body":[{"a":}]})", "not_json: expected a value at byte 33"},
        {R"({"output":1,"timestamp":true})",
         "wrong_type: timestamp: expected RFC 3339 text or Unix seconds"},
        {R"({"output":1,"timestamp":[]})",
         "wrong_type: timestamp: expected RFC 3339 text or Unix seconds"},
    }));
    CAPTURE(json);

    CHECK(decoded(json) == error);
}

TEST_CASE("deep nesting is refused at the limit and no stack runs out", "[event_decoder]") {
    const auto nested = [](std::size_t brackets) {
        return R"({"output":1,"request_body":)" + std::string(brackets, '[') +
               std::string(brackets, ']') + "}";
    };

    CHECK(decoded(nested(kDepth - 1)).starts_with("output=1"));
    CHECK(decoded(nested(kDepth)) == "too_deep: nested deeper than 128");
    CHECK(decoded(nested(1'000'000)) == "too_deep: nested deeper than 128");
    CHECK(decoded(std::string(1'000'000, '[')) == "too_deep: nested deeper than 128");
}

TEST_CASE("an id of 256 bytes is taken and one more is not", "[event_decoder]") {
    const auto with_id = [](std::size_t bytes) {
        return R"({"output":1,"prediction_id":")" + std::string(bytes, 'x') + "\"}";
    };

    CHECK(decoded(with_id(256)).starts_with("output=1 id=xxx"));
    CHECK(decoded(with_id(257)) == "bad_id: prediction_id: expected 1 to 256 bytes, got 257");
}

TEST_CASE("each line is an event and blank ones are passed over", "[event_decoder]") {
    CHECK(lines("\n{\"output\":1}\r\n  \n{\"output\":2}") == Texts{"output=1", "output=2"});
    CHECK(lines("").empty());
    CHECK(lines("\n\n").empty());
}

TEST_CASE("a bad line is refused alone", "[event_decoder]") {
    const std::string bad =
        GENERATE(as<std::string>{}, "{\"output\":\"unclosed}", "{\"output\":\"\xFF\"}",
                 "{\"output\":\"\x01\"}", "{\"output\":1", "}{", "{\"output\":1} {\"output\":2}");
    CAPTURE(bad);

    const Texts told = lines("{\"output\":1}\n" + bad + "\n{\"output\":\"a b\"}\n");

    REQUIRE(told.size() == 3);
    CHECK(told[0] == "output=1");
    CHECK(told[1].starts_with("not_json: "));
    CHECK(told[2] == "output=\"a b\"");
}

TEST_CASE("an event over two lines is two bad lines", "[event_decoder]") {
    const Texts told = lines("{\"output\":\n1}\n");

    CHECK(told ==
          Texts{"not_json: expected a value at byte 11", "wrong_type: event: expected an object"});
}

TEST_CASE("lines longer and more than the window are all seen", "[event_decoder]") {
    std::string text;
    for (int i = 0; i < 3000; ++i)
        text += "{\"output\":" + std::to_string(i) + ",\"request_body\":\"" +
                std::string(i % 1000 == 500 ? 100'000 : 30, 'x') + "\"}\n";

    const Texts told = lines(text);

    REQUIRE(told.size() == 3000);
    for (std::size_t i = 0; i < told.size(); ++i)
        CHECK(told[i].starts_with("output=" + std::to_string(i) + " "));
}

TEST_CASE("an array is a batch of events each refused by itself", "[event_decoder]") {
    EventDecoder decoder(kDepth);
    REQUIRE(decoder.begin_array(
        R"( [{"output":1}, 7, {"nope":[1,{"a":2}]}, {"output":1,"request_body":NaN} , {"output":2}] )"));

    const Texts told = rest_of(decoder);

    REQUIRE(told.size() == 5);
    CHECK(told[0] == "output=1");
    CHECK(told[1] == "wrong_type: event: expected an object");
    CHECK(told[2].starts_with("unknown_field: `nope`"));
    CHECK(told[3].starts_with("not_json: "));
    CHECK(told[4] == "output=2");
}

TEST_CASE("an empty array has no events", "[event_decoder]") {
    EventDecoder decoder(kDepth);

    REQUIRE(decoder.begin_array("[]"));

    CHECK_FALSE(decoder.next());
}

TEST_CASE("a syntax error refuses a whole array", "[event_decoder]") {
    const auto json =
        GENERATE(R"([{"output":1},{"output":01}])", R"([{"output":1},])", R"([{"output":1})",
                 R"([{"output":1}]])", R"([{"output":1} {"output":2}])",
                 R"([{"output":1},{"output":"\q"}])", "[");
    CAPTURE(json);
    EventDecoder decoder(kDepth);

    const auto begun = decoder.begin_array(json);

    REQUIRE_FALSE(begun);
    CHECK(begun.error().reason == Refusal::Reason::kNotJson);
    CHECK_FALSE(decoder.next());
}

TEST_CASE("a deep event of an array is refused alone", "[event_decoder]") {
    const std::string deep = std::string(500, '[') + std::string(500, ']');
    const std::string body = R"([{"output":1,"request_body":)" + deep + R"(},{"output":2}])";
    EventDecoder decoder(kDepth);
    REQUIRE(decoder.begin_array(body));

    CHECK(rest_of(decoder) == Texts{"too_deep: nested deeper than 128", "output=2"});
}
