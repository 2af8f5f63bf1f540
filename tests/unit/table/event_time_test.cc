#include "table/event_time.h"

#include <catch2/catch.hpp>
#include <limits>

#include "base/utc_text.h"

using namespace boxkited;

namespace {

std::string shown(const Value& value) {
    const auto time = event_time(value);
    return time ? utc_text(*time) : "none";
}

std::string of_text(std::string_view text) { return shown({Value::Kind::kText, 0, text}); }
std::string of_number(double number) { return shown({Value::Kind::kNumber, number, {}}); }

}  // namespace

TEST_CASE("an event time is RFC 3339 text or Unix seconds", "[event_time]") {
    CHECK(of_text("2024-05-01T14:00:00.25+02:00") == "2024-05-01T12:00:00.250000Z");
    CHECK(of_text("2016-12-31T23:59:60Z") == "2017-01-01T00:00:00.000000Z");
    CHECK(of_number(1714564800.25) == "2024-05-01T12:00:00.250000Z");
    CHECK(of_number(-0.5) == "1969-12-31T23:59:59.500000Z");
    CHECK(of_text("1714564800") == "none");
    CHECK(of_number(std::numeric_limits<double>::infinity()) == "none");
    CHECK(shown({Value::Kind::kBoolean, 1, {}}) == "none");
    CHECK(shown({}) == "none");
}

TEST_CASE("an event time has a year from 0 to 9999", "[event_time]") {
    CHECK(of_number(-62167219200) == "0000-01-01T00:00:00.000000Z");
    CHECK(of_number(-62167219201) == "none");
    CHECK(of_number(-1e11) == "none");
    CHECK(of_number(1e11) == "5138-11-16T09:46:40.000000Z");
    CHECK(of_text("0000-01-01T00:00:00+00:01") == "none");
    CHECK(of_text("9999-12-31T23:59:59.999999Z") == "9999-12-31T23:59:59.999999Z");
    CHECK(of_text("9999-12-31T23:59:59-00:01") == "none");
}
