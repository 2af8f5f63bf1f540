#include "event/json_members.h"

#include <catch2/catch.hpp>
#include <string>
#include <utility>
#include <vector>

using namespace boxkited;

namespace {

using Members = std::vector<std::pair<std::string, std::string>>;

Members members_of(std::string_view json) {
    Members found;
    JsonMembers members(json);
    while (members.next()) found.emplace_back(members.name(), members.value());
    return found;
}

}  // namespace

TEST_CASE("members are what stands right below the brackets", "[json_members]") {
    CHECK(members_of(R"([1.50,"a,]",null,[1,[2]],{"b":[3,4]},-0])") ==
          Members{{"", "1.50"},
                  {"", R"("a,]")"},
                  {"", "null"},
                  {"", "[1,[2]]"},
                  {"", R"({"b":[3,4]})"},
                  {"", "-0"}});
    CHECK(members_of(R"({"a":1,"b\"}":{"a":"}"},"":[],"c":"\\"})") ==
          Members{{"a", "1"}, {R"(b\"})", R"({"a":"}"})"}, {"", "[]"}, {"c", R"("\\")"}});
}

TEST_CASE("what is empty or no container has no members", "[json_members]") {
    for (const char* json : {"[]", "{}", "", "null", "17", R"("[1,2]")"}) {
        CAPTURE(json);
        CHECK(members_of(json).empty());
    }
}
