#include "baseline/cell.h"

#include <catch2/catch.hpp>
#include <limits>
#include <string>

using namespace boxkited;

namespace {
constexpr double kInfinity = std::numeric_limits<double>::infinity();
}  // namespace

TEST_CASE("a cell that is a number is the number that Python reads", "[cell]") {
    const auto [cell, number] = GENERATE(table<std::string, double>({
        {"0", 0.0},
        {"7", 7.0},
        {"-7", -7.0},
        {"+7", 7.0},
        {"007", 7.0},
        {"1.", 1.0},
        {".5", 0.5},
        {"-.5e-3", -0.5e-3},
        {"1E+5", 1e5},
        {"0.1234567890123456", 0.1234567890123456},
        {"12345678901234567890", 12345678901234567890.0},
        {"1e400", kInfinity},
        {"-1e400", -kInfinity},
        {"1e-400", 0.0},
        {"5e-324", 5e-324},
        {"inf", kInfinity},
        {"-inf", -kInfinity},
        {"Infinity", kInfinity},
        {"INF", kInfinity},
        {" 7 ", 7.0},
        {"\t7", 7.0},
        {"1_000", 1000.0},
        {"true", 1.0},
        {"True", 1.0},
        {"TRUE", 1.0},
        {" true", 1.0},
        {"false", 0.0},
        {"False", 0.0},
        {"FALSE", 0.0},
    }));
    CAPTURE(cell);

    REQUIRE(cell_kind(cell) == CellKind::kNumber);
    CHECK(cell_number(cell) == number);
}

TEST_CASE("a cell without a value is missing", "[cell]") {
    const std::string cell =
        GENERATE("", " ", "\t", "nan", "NaN", "NAN", "-nan", "NA", "null", " NA ");
    CAPTURE(cell);

    CHECK(cell_kind(cell) == CellKind::kMissing);
}

TEST_CASE("any other cell is a text", "[cell]") {
    const std::string cell =
        GENERATE("a", "-", "+", ".", "e5", "1e", "1e+", "1.2.3", "1,5", "0x10", "--1", "1 2", "12a",
                 "12345678a", "1234567/", "123456789:", "1__0", "tRUE", "yes", "NULL", "None", "na",
                 "N/A", "nan(1)", "\xff", "\xb1\xb2\xb3\xb4\xb5\xb6\xb7\xb8");
    CAPTURE(cell);

    CHECK(cell_kind(cell) == CellKind::kText);
}

TEST_CASE("a cell with a byte changed anywhere among its digits is a text", "[cell]") {
    const std::string number(20, '5');

    for (std::size_t at = 0; at < number.size(); ++at)
        for (int byte = 1; byte < 256; ++byte) {
            const char c = static_cast<char>(byte);
            const bool fits =
                (c >= '0' && c <= '9') || c == '.' || c == '_' || c == 'e' || c == 'E';
            const bool blank = c == ' ' || (c >= '\t' && c <= '\r') || (byte >= 28 && byte <= 31);
            if (fits || blank || c == '-' || c == '+') continue;
            std::string cell = number;
            cell[at] = c;
            if (cell_kind(cell) != CellKind::kText) FAIL("byte " << byte << " at " << at);
        }
}
