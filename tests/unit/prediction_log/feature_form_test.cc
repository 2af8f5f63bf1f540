#include "prediction_log/feature_form.h"

#include <catch2/catch.hpp>

#include "event/event_decoder.h"

using namespace boxkited;

namespace {

using Shape = PredictionLogOptions::Shape;

constexpr char kKey[] = "a key of sixteen";

// Of the values that the tests have, by Python's hmac.new(key, value, "sha256").hexdigest()[:32].
#define HASH_OF_41 "\"a36b552356e947276207d0531d2077a3\""
#define HASH_OF_CAFE "\"4335b55dbd17885edc1fa3390cd59110\""
#define HASH_OF_7 "\"376661d9b79757b5db4befde283e32a4\""
#define HASH_OF_LIST "\"15c450f971bb084942ddfb507d604dc5\""

struct Formed {
    std::string json;
    std::size_t values_omitted;

    bool operator==(const Formed&) const = default;
};

std::ostream& operator<<(std::ostream& out, const Formed& formed) {
    return out << formed.json << ", " << formed.values_omitted << " omitted";
}

// What becomes of features of the baseline `age`, `city`, (one without a name), `"q"`.
Formed formed(std::string_view features, Shape shape, std::vector<std::string> hashed = {}) {
    const FeatureNames names({"age", "city", "", "\"q\""});
    PredictionLogOptions options;
    options.features = shape;
    options.hashed_features = std::move(hashed);
    options.hash_key = kKey;
    FeatureForm form(options);
    EventDecoder decoder(16);
    const std::string event = R"({"features":)" + std::string(features) + "}";
    decoder.begin_event(event);
    const auto decoded = decoder.next();
    REQUIRE(decoded);
    REQUIRE(*decoded);
    const auto made = form.form(***decoded, names);
    return {std::string(made.json), made.values_omitted};
}

}  // namespace

TEST_CASE("features in the shape that is pinned stay as they were sent", "[feature_form]") {
    CHECK(formed("[1.50, 2]", Shape::kArray) == Formed{"[1.50,2]", 0});
    CHECK(formed(R"({"b": 1, "a": NaN})", Shape::kObject) == Formed{R"({"b":1,"a":null})", 0});
    CHECK(formed(R"({"b": 1})", Shape::kAsSent) == Formed{R"({"b":1})", 0});
}

TEST_CASE("an array becomes an object by the names of its places", "[feature_form]") {
    CHECK(formed(R"([41,"x",3,[1]])", Shape::kObject) ==
          Formed{R"({"age":41,"city":"x","\"q\"":[1]})", 1});
    CHECK(formed("[41]", Shape::kObject) == Formed{R"({"age":41})", 0});
    CHECK(formed("[]", Shape::kObject) == Formed{"{}", 0});
    CHECK(formed("[1,2,3,4,5,6]", Shape::kObject) == Formed{R"({"age":1,"city":2,"\"q\"":4})", 3});
}

TEST_CASE("an object becomes an array by the places of its names", "[feature_form]") {
    CHECK(formed(R"({"\u0022q\"":4,"city":"x","age":41})", Shape::kArray) ==
          Formed{R"([41,"x",null,4])", 0});
    CHECK(formed(R"({"city":"x","pet":"cat","":1})", Shape::kArray) ==
          Formed{R"([null,"x",null,null])", 2});
    CHECK(formed("{}", Shape::kArray) == Formed{"[null,null,null,null]", 0});
}

TEST_CASE("the values of hashed features are hashes, what is missing stays null",
          "[feature_form]") {
    CHECK(formed(R"({"city":"caf\u00e9","age":41,"pet":"cat"})", Shape::kAsSent, {"city", "age"}) ==
          Formed{R"({"city":)" HASH_OF_CAFE R"(,"age":)" HASH_OF_41 R"(,"pet":"cat"})", 0});
    CHECK(formed("[41,null,7,7]", Shape::kAsSent, {"age", "city"}) ==
          Formed{"[" HASH_OF_41 ",null,7,7]", 0});
    CHECK(formed(R"({"city":[1],"age":7})", Shape::kArray, {"city"}) ==
          Formed{"[7," HASH_OF_LIST ",null,null]", 0});
    CHECK(formed("[41,7,7,7]", Shape::kObject, {"\"q\""}) ==
          Formed{R"({"age":41,"city":7,"\"q\"":)" HASH_OF_7 "}", 1});
}

TEST_CASE("all values of an array are hashed when its length does not tell which is which",
          "[feature_form]") {
    CHECK(formed("[41,7]", Shape::kAsSent, {"city"}) ==
          Formed{"[" HASH_OF_41 "," HASH_OF_7 "]", 0});
    CHECK(formed("[41,7]", Shape::kObject, {"city"}) ==
          Formed{R"({"age":)" HASH_OF_41 R"(,"city":)" HASH_OF_7 "}", 0});
}

TEST_CASE("an event without features has none in any form", "[feature_form]") {
    PredictionLogOptions options;
    options.features = Shape::kArray;
    FeatureForm form(options);

    CHECK(form.form({}, FeatureNames({"age"})).json.empty());
}
