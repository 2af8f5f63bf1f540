#include "base/utc_text.h"

#include <catch2/catch.hpp>

using namespace boxkited;

namespace {

WallTime at(long long microseconds) { return WallTime(std::chrono::microseconds(microseconds)); }

}  // namespace

TEST_CASE("a time is written with microseconds and Z", "[utc_text]") {
    const auto [microseconds, text] = GENERATE(table<long long, std::string>({
        {0, "1970-01-01T00:00:00.000000Z"},
        {1'714'569'302'000'317, "2024-05-01T13:15:02.000317Z"},
        {1'709'251'199'999'999, "2024-02-29T23:59:59.999999Z"},
        {-1, "1969-12-31T23:59:59.999999Z"},
    }));

    CHECK(utc_text(at(microseconds)) == text);
}

TEST_CASE("RFC 3339 is read with any offset", "[utc_text]") {
    const auto [text, microseconds] = GENERATE(table<std::string, long long>({
        {"2024-05-01T13:15:02.000317Z", 1'714'569'302'000'317},
        {"2024-05-01T13:15:02Z", 1'714'569'302'000'000},
        {"2024-05-01t15:15:02.5+02:00", 1'714'569'302'500'000},
        {"2024-05-01 07:45:02-05:30", 1'714'569'302'000'000},
        {"2024-05-01T13:15:02.123456789Z", 1'714'569'302'123'456},
        {"2016-12-31T23:59:60Z", 1'483'228'800'000'000},
    }));
    CAPTURE(text);

    CHECK(parse_rfc3339(text) == at(microseconds));
}

TEST_CASE("what is not RFC 3339 is no time", "[utc_text]") {
    const auto text = GENERATE(
        "", "2024", "2024-05-01", "2024-05-01T13:15:02", "2024-13-01T00:00:00Z",
        "2024-02-30T00:00:00Z", "2024-05-01T24:00:00Z", "2024-05-01T13:60:00Z",
        "2024-05-01T13:15:61Z", "2024-05-01T13:15:02.Z", "2024-05-01T13:15:02+24:00",
        "2024-05-01T13:15:02Zx", "24-05-01T13:15:02Z", "2024-05-01T13:15:02+0200", "1714569302");
    CAPTURE(text);

    CHECK_FALSE(parse_rfc3339(text));
}
