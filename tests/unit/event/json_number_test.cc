#include "event/json_number.h"

#include <catch2/catch.hpp>
#include <charconv>
#include <cmath>
#include <cstdlib>
#include <limits>
#include <optional>
#include <random>
#include <string>

using namespace boxkited;

namespace {

constexpr double kInfinity = std::numeric_limits<double>::infinity();

std::optional<double> parsed(std::string_view text) {
    double number = 0;
    return parse_json_number(text, number) ? std::optional(number) : std::nullopt;
}

std::string random_digits(std::mt19937_64& random, std::size_t most) {
    std::string digits;
    for (std::size_t count = random() % (most + 1); digits.size() < count;)
        digits += static_cast<char>('0' + random() % 10);
    return digits;
}

std::string random_number(std::mt19937_64& random) {
    std::string text = random() % 2 == 0 ? "-" : "";
    text += random() % 2 == 0 ? "0" : "1" + random_digits(random, 18);
    if (random() % 8 != 0) text += "." + random_digits(random, 20) + "7";
    if (random() % 8 == 0) text += "e" + std::to_string(static_cast<int>(random() % 60) - 30);
    return text;
}

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

    CHECK(parsed(text) == value);
}

TEST_CASE("four hundred digits are infinite", "[json_number]") {
    CHECK(parsed(std::string(400, '9')) == kInfinity);
}

TEST_CASE("minus zero keeps its sign only with a fraction or exponent", "[json_number]") {
    CHECK_FALSE(std::signbit(*parsed("-0")));
    CHECK(std::signbit(*parsed("-0.0")));
    CHECK(std::signbit(*parsed("-0e1")));
}

TEST_CASE("what JSON refuses is no number", "[json_number]") {
    const auto text =
        GENERATE("", "-", "+1", "01", "-01", ".5", "1.", "1.e5", "1e", "1e+", "0x1", "1_0", "1 ",
                 "NaN", "Infinity", "1.2.3", "--1", "1\xC2\xA0", "-.5000000", "12345678.",
                 "01.500000", "-01.50000", "00000000", "1.5.55555", "1.2-34567");
    CAPTURE(text);

    CHECK_FALSE(parsed(text));
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

        CHECK(parsed({text, static_cast<std::size_t>(end - text)}) == expected);
    }
}

TEST_CASE("a number of any length reads as the C library reads it", "[json_number]") {
    std::mt19937_64 random(5);
    for (int i = 0; i < 200'000; ++i) {
        const std::string text = random_number(random);
        INFO(text);
        const auto value = parsed(text);
        REQUIRE(value);
        REQUIRE(*value == std::strtod(text.c_str(), nullptr));
    }
}

TEST_CASE("one wrong byte anywhere makes it no number", "[json_number]") {
    for (const std::string good :
         {"0.12345678901", "-12.5678", "1234.123456789012345", "7.1234567"})
        for (std::size_t at = 0; at < good.size(); ++at)
            for (const char wrong : {'/', ':', 'x', ' ', '\0', '+', '\xB1'}) {
                std::string text = good;
                text[at] = wrong;
                INFO(text);
                CHECK_FALSE(parsed(text));
            }
}
