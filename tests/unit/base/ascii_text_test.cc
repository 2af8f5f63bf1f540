#include "base/ascii_text.h"

#include <catch2/catch.hpp>
#include <string>
#include <vector>

using namespace boxkited;

TEST_CASE("only the case of ASCII letters is ignored", "[ascii_text]") {
    const auto [a, b, equal] = GENERATE(table<std::string, std::string, bool>({
        {"", "", true},
        {"gzip", "gzip", true},
        {"GZip", "gzIP", true},
        {"gzip", "gzip ", false},
        {"gzip", "gzi", false},
        {"@", "`", false},   // One bit apart, as letters are.
        {"[", "{", false},   // Likewise, behind them.
        {"\r", "-", false},  // Likewise, before them.
        {"\xc4", "\xe4", false},
    }));
    CAPTURE(a, b);

    CHECK(equals_ignoring_case(a, b) == equal);
    CHECK(equals_ignoring_case(b, a) == equal);
}

TEST_CASE("spaces are trimmed at both ends and kept within", "[ascii_text]") {
    const auto [text, trim] = GENERATE(table<std::string, std::string>({
        {"", ""},
        {" \t ", ""},
        {"a", "a"},
        {" \ta b\t ", "a b"},
        {"\na ", "\na"},
    }));
    CAPTURE(text);

    CHECK(trimmed(text) == trim);
}

TEST_CASE("what counts as a space may be said", "[ascii_text]") {
    CHECK(trimmed("\n a\n", "\n") == " a");
}

TEST_CASE("a text is taken apart at its separators", "[ascii_text]") {
    const auto [text, parts] = GENERATE(table<std::string, std::vector<std::string>>({
        {"", {}},
        {"a", {"a"}},
        {"a&bc", {"a", "bc"}},
        {"&a&&b&", {"", "a", "", "b"}},
    }));
    CAPTURE(text);

    std::vector<std::string> taken;
    for (std::string_view rest = text; !rest.empty();) taken.emplace_back(take_part(rest, '&'));

    CHECK(taken == parts);
}
