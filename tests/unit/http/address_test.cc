#include "http/address.h"

#include <catch2/catch.hpp>

using namespace boxkited::http;

TEST_CASE("an address is a host and a port", "[address]") {
    const auto [text, host, has_brackets, port] =
        GENERATE(table<std::string, std::string, bool, int>({
            {"127.0.0.1:9810", "127.0.0.1", false, 9810},
            {"localhost:0", "localhost", false, 0},
            {"[::1]:65535", "::1", true, 65535},
            {"0.0.0.0:00080", "0.0.0.0", false, 80},
        }));
    CAPTURE(text);

    const auto address = parse_tcp_address(text);

    REQUIRE(address.has_value());
    CHECK(address->host == host);
    CHECK(address->has_brackets == has_brackets);
    CHECK(address->port == port);
}

TEST_CASE("a numeric address has one spelling, and a name has none", "[address]") {
    const auto [text, spelling] = GENERATE(table<std::string, std::string>({
        {"127.0.0.1:9810", "127.0.0.1:9810"},
        {"[0:0:0::1]:09810", "[::1]:9810"},
        {"[::FFFF:127.0.0.1]:0", "[::ffff:127.0.0.1]:0"},
        {"localhost:9810", ""},
        {"[127.0.0.1]:9810", ""},
        {"127.0.0.1", ""},
    }));
    CAPTURE(text);

    CHECK(canonical_tcp(text) == spelling);
}

TEST_CASE("what lacks a host or a port is no address", "[address]") {
    const auto text =
        GENERATE(std::string(), "localhost", ":80", "localhost:", "localhost:http",
                 "localhost:65536", "localhost:-1", "localhost:+1", "localhost:000080", "::1:80",
                 "[]:80", "[::1]80", "[", std::string("local\0host:80", 13));
    CAPTURE(text);

    CHECK_FALSE(parse_tcp_address(text));
}
