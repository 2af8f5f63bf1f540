#include "base/number_text.h"

#include <catch2/catch.hpp>
#include <cmath>
#include <limits>

using namespace boxkited;

TEST_CASE("a double is spelled as Python spells it", "[number_text]") {
    const auto [value, text] = GENERATE(table<double, std::string>({
        {0.0, "0.0"},
        {-0.0, "-0.0"},
        {1.0, "1.0"},
        {0.1, "0.1"},
        {0.9999999999999999, "0.9999999999999999"},
        {123456789012345.0, "123456789012345.0"},
        {9007199254740993.0, "9007199254740992.0"},
        {1e16, "1e+16"},
        {1.5e300, "1.5e+300"},
        {0.0001, "0.0001"},
        {0.00001, "1e-05"},
        {5e-324, "5e-324"},
        {-62315147147640.85, "-62315147147640.85"},
        {std::numeric_limits<double>::infinity(), "inf"},
        {-std::numeric_limits<double>::infinity(), "-inf"},
    }));

    CHECK(python_float(value) == text);
}

TEST_CASE("NaN is spelled nan", "[number_text]") {
    CHECK(python_float(std::numeric_limits<double>::quiet_NaN()) == "nan");
}

TEST_CASE("text is read as Python's float reads it", "[number_text]") {
    const auto [text, value] = GENERATE(table<std::string, double>({
        {"1", 1.0},
        {" 1.5 \n", 1.5},
        {"+1", 1.0},
        {"-.5", -0.5},
        {"5.", 5.0},
        {"1_000.5", 1000.5},
        {"1e3", 1000.0},
        {"1E+3", 1000.0},
        {"1e309", std::numeric_limits<double>::infinity()},
        {"-1e309", -std::numeric_limits<double>::infinity()},
        {"1e-400", 0.0},
        {"0e999999999999", 0.0},
        {"0.0000001e99999999999999999999", std::numeric_limits<double>::infinity()},
        {"1e-99999999999999999999", 0.0},
        {"inf", std::numeric_limits<double>::infinity()},
        {"-Infinity", -std::numeric_limits<double>::infinity()},
        {"9007199254740993", 9007199254740992.0},
    }));
    CAPTURE(text);

    CHECK(parse_python_float(text) == value);
}

TEST_CASE("NaN is read in any case and with a sign", "[number_text]") {
    const auto text = GENERATE("nan", "NaN", "-NAN", "+nan");

    REQUIRE(parse_python_float(text));
    CHECK(std::isnan(*parse_python_float(text)));
}

TEST_CASE("text that Python's float refuses is no number", "[number_text]") {
    const auto text = GENERATE("", " ", "abc", "1 2", "--1", "+-1", "0x10", "1_", "_1", "1__0",
                               "1e", "1e+", ".", "nan(1)", "infinit", "1,5", "1.2.3", "e5");
    CAPTURE(text);

    CHECK_FALSE(parse_python_float(text));
}
