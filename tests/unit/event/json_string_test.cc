#include "event/json_string.h"

#include <algorithm>
#include <catch2/catch.hpp>

using namespace boxkited;

TEST_CASE("escapes become what they stand for", "[json_string]") {
    const auto [inside, text] = GENERATE(table<std::string, std::string>({
        {"", ""},
        {"plain", "plain"},
        {R"(\"\\\/\b\f\n\r\t)", "\"\\/\b\f\n\r\t"},
        {R"(a\u0041b)", "aAb"},
        {R"(\u0000)", std::string(1, '\0')},
        {R"(\u00e8\u2713)", "\xC3\xA8\xE2\x9C\x93"},
        {R"(\uD83D\uDE00)", "\xF0\x9F\x98\x80"},
    }));
    std::string out;

    CHECK(unescape_json(inside, out));
    CHECK(out == text);
}

TEST_CASE("bad escapes are refused", "[json_string]") {
    const auto inside = GENERATE(R"(\)", R"(\x)", R"(\u12)", R"(\u12g4)", R"(\uD83D)", R"(\uDE00)",
                                 R"(\uD83D\u0041)", R"(\uD83Dx)", R"(\U0041)", R"(\u+123)");
    CAPTURE(inside);
    std::string out;

    CHECK_FALSE(unescape_json(inside, out));
}

TEST_CASE("one escape among many quotes is judged wherever it stands", "[json_string]") {
    const auto [escape, is_good] = GENERATE(table<std::string, bool>({
        {R"(\")", true},
        {R"(\\)", true},
        {R"(\n)", true},
        {R"(\u00e8)", true},
        {R"(\uD83D\uDE00)", true},
        {"\xC3\xA8", true},
        {R"(\x)", false},
        {R"(\u12g4)", false},
        {R"(\uDE00)", false},
        {R"(\)", false},
    }));
    const std::string_view quotes =
        GENERATE(R"(\")", R"(ab\"c\")", R"(\"0123456789abcdef)", "plain");
    std::string unescaped;
    for (std::size_t before = 0; before < 150; ++before) {
        std::string inside;
        while (inside.size() < before) inside += quotes;
        inside += escape;
        // A backslash alone is the last one, or the quote behind it would be its own.
        const std::size_t behind = escape == R"(\)" ? 0 : 150 - before;
        while (inside.size() < before + escape.size() + behind) inside += quotes;
        CAPTURE(inside);
        REQUIRE(has_good_escapes(inside) == is_good);
        REQUIRE(unescape_json(inside, unescaped) == is_good);
    }
}
