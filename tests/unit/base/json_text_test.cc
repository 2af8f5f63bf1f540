#include "base/json_text.h"

#include <catch2/catch.hpp>

using namespace boxkited;

TEST_CASE("text becomes a JSON string that stays on one line", "[json_text]") {
    const auto [text, json] = GENERATE(table<std::string, std::string>({
        {"", R"("")"},
        {"plain", R"("plain")"},
        {"quote\" back\\slash", R"("quote\" back\\slash")"},
        {"a\r\n\tb", R"("a\r\n\tb")"},
        {std::string("nul\0", 4), R"("nul\u0000")"},
        {"esc\x1b[31m", R"("esc\u001b[31m")"},
        {"del\x7f", R"("del\u007f")"},
        {"nel\xC2\x85", R"("nel\u0085")"},
        {"ls\xE2\x80\xA8ps\xE2\x80\xA9", R"("ls\u2028ps\u2029")"},
        {"pr\xC3\xA8s \xE2\x9C\x93 \xF0\x9F\x98\x80",
         "\"pr\xC3\xA8s \xE2\x9C\x93 \xF0\x9F\x98\x80\""},
        {"bad\xFF"
         "end",
         "\"bad\xEF\xBF\xBD"
         "end\""},
        {"overlong\xC0\x80", "\"overlong\xEF\xBF\xBD\xEF\xBF\xBD\""},
        {"surrogate\xED\xA0\x80", "\"surrogate\xEF\xBF\xBD\xEF\xBF\xBD\xEF\xBF\xBD\""},
        {"cut\xE2\x80", "\"cut\xEF\xBF\xBD\xEF\xBF\xBD\""},
    }));

    CHECK(json_string(text) == json);
}

TEST_CASE("a text in a message stays on its line and ends with a whole character", "[json_text]") {
    const std::string long_text(59, 'x');

    CHECK(quoted_text("bmi", '`') == "`bmi`");
    CHECK(quoted_text("say \"no\"", '`') == "`say \"no\"`");
    CHECK(quoted_text("`\\", '`') == "`\\`\\\\`");
    CHECK(quoted_text("a\n\x1B[2J", '`') == "`a\\n\\u001b[2J`");
    CHECK(quoted_text(std::string("a\0b", 3), '"') == "\"a\\u0000b\"");
    CHECK(quoted_text(long_text + "y", '`') == "`" + long_text + "y`");
    CHECK(quoted_text(long_text + "\u00fc", '`') == "`" + long_text + "...`");
}
