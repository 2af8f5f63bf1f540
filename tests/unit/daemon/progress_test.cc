#include "daemon/commands/progress.h"

#include <catch2/catch.hpp>

using namespace boxkited;
using std::chrono::seconds;

TEST_CASE("progress is bytes of the total and rows a second", "[progress]") {
    CHECK(progress_line({250'000'000, 3'000'000}, 1'000'000'000, seconds(2)) ==
          "[#####---------------]  25%  0.2 of 1.0 GB  1500000 rows/s");
    CHECK(progress_line({1'500'000, 10}, 1'500'000, seconds(10)) ==
          "[####################] 100%  1.5 of 1.5 MB  1 rows/s");
    CHECK(progress_line({2'000'000, 10}, 1'000'000, seconds(10)) ==
          "[####################] 100%  2.0 of 1.0 MB  1 rows/s");
}

TEST_CASE("progress without a total has no bar", "[progress]") {
    CHECK(progress_line({1'500'000, 10}, std::nullopt, seconds(1)) == "1.5 MB  10 rows/s");
    CHECK(progress_line({0, 0}, 0, seconds(0)) == "0.0 of 0.0 MB  0 rows/s");
}
