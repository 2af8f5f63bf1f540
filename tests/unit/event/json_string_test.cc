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

TEST_CASE("the first backslash is found wherever it stands", "[json_string]") {
    for (std::size_t size = 0; size < 150; ++size) {
        // Bytes beside the backslash's, and with its bits but the highest.
        std::string text(size, size % 2 == 0 ? '\x5B' : '\xDC');
        CAPTURE(size);
        REQUIRE(find_backslash(text) == std::string::npos);
        for (std::size_t second = size; second-- > 0;) {
            text[second] = '\\';
            REQUIRE(find_backslash(text) == second);
        }
        std::fill(text.begin(), text.begin() + static_cast<std::ptrdiff_t>(size / 2), 'x');
        REQUIRE(find_backslash(std::string_view(text).substr(0, size / 2)) == std::string::npos);
    }
}
