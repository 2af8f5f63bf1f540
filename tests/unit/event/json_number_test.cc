#include "event/json_number.h"

#include <catch2/catch.hpp>
#include <charconv>
#include <cmath>
#include <limits>
#include <random>

using namespace boxkited;

namespace {

constexpr double kInfinity = std::numeric_limits<double>::infinity();

}  // namespace

TEST_CASE("a JSON number is the nearest double", "[json_number]") {
    const auto [text, value] = GENERATE(table<std::string, double>({
        {"0", 0.0},
        {"-1", -1.0},
        {"0.1", 0.1},
        {"1.5e3", 1500.0},
        {"1E-2", 0.01},
        {"9007199254740993", 9007199254740992.0},
        {"9007199254740993.1", 9007199254740994.0},
        {"18446744073709551616", 18446744073709551616.0},
        {"0.00000000000000000000000000000000000001", 1e-38},
        {"123456789012345678901234567890", 123456789012345678901234567890.0},
        {"1e308", 1e308},
        {"1e309", kInfinity},
        {"-1e309", -kInfinity},
        {"1e-400", 0.0},
    }));
    CAPTURE(text);

    CHECK(parse_json_number(text) == value);
}

TEST_CASE("four hundred digits are infinite", "[json_number]") {
    CHECK(parse_json_number(std::string(400, '9')) == kInfinity);
}

TEST_CASE("minus zero keeps its sign only with a fraction or exponent", "[json_number]") {
    CHECK_FALSE(std::signbit(*parse_json_number("-0")));
    CHECK(std::signbit(*parse_json_number("-0.0")));
    CHECK(std::signbit(*parse_json_number("-0e1")));
}

TEST_CASE("what JSON refuses is no number", "[json_number]") {
    const auto text = GENERATE("", "-", "+1", "01", "-01", ".5", "1.", "1.e5", "1e", "1e+", "0x1",
                               "1_0", "1 ", "NaN", "Infinity", "1.2.3", "--1", "1\xC2\xA0");
    CAPTURE(text);

    CHECK_FALSE(parse_json_number(text));
}

TEST_CASE("short numbers read as long ones do", "[json_number]") {
    std::mt19937_64 random(11);
    for (int i = 0; i < 20'000; ++i) {
        const auto bits = random();
        const double value =
            static_cast<double>(bits >> (bits % 60)) / std::pow(10, static_cast<int>(bits % 12));
        char text[64];
        const auto end = std::to_chars(text, text + sizeof text, value, std::chars_format::fixed,
                                       static_cast<int>(random() % 10))
                             .ptr;
        double expected = 0;
        std::from_chars(text, end, expected);

        CHECK(parse_json_number({text, static_cast<std::size_t>(end - text)}) == expected);
    }
}
