#include "event/prediction_id.h"

#include <catch2/catch.hpp>
#include <regex>
#include <set>

using namespace boxkited;

TEST_CASE("an id is server then second then uuid 4", "[prediction_id]") {
    PredictionIdMaker ids("server-1");

    const std::string id(ids.make(WallTime(std::chrono::microseconds(1'714'569'302'999'999))));

    CHECK(std::regex_match(
        id, std::regex("server-1/2024-05-01T13:15:02/"
                       "[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}")));
    CHECK(entity_of(id) == id.substr(id.rfind('/') + 1));
}

TEST_CASE("the first id may be of the first second of 1970", "[prediction_id]") {
    PredictionIdMaker ids("s");

    const std::string id(ids.make(WallTime()));

    CHECK(id.substr(0, id.rfind('/')) == "s/1970-01-01T00:00:00");
    CHECK(ids.entity() == entity_of(id));
}

TEST_CASE("no two ids are the same", "[prediction_id]") {
    PredictionIdMaker ids("s");
    std::set<std::string> seen;

    for (int i = 0; i < 10'000; ++i) seen.emplace(ids.make(WallTime()));

    CHECK(seen.size() == 10'000);
}

TEST_CASE("the entity is the uuid that ends an id", "[prediction_id]") {
    const std::string uuid = "0f8fad5b-d9cb-469f-a165-70867728950E";

    CHECK(entity_of(uuid) == uuid);
    CHECK(entity_of("a/b/" + uuid) == uuid);
    CHECK(entity_of("a-" + uuid).empty());
    CHECK(entity_of(uuid + "x").empty());
    CHECK(entity_of("order-17").empty());
    CHECK(entity_of("/0f8fad5b-d9cb-469f-a165-70867728950g").empty());
}
