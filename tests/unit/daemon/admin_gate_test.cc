#include "daemon/admin_gate.h"

#include <catch2/catch.hpp>

using namespace boxkited;

namespace {

const AdminGate kGate({"model.example"});

}  // namespace

TEST_CASE("a request by address or own name may ask admin routes", "[admin_gate]") {
    const auto host = GENERATE("127.0.0.1:9810", "10.2.3.4", "[::1]:9810", "[fe80::1]", "localhost",
                               "LocalHost:80", "model.example:9810", "");
    CAPTURE(host);

    CHECK(kGate.refusal(host, "").empty());
}

TEST_CASE("a strange host is refused by name", "[admin_gate]") {
    const auto host =
        GENERATE("evil.example", "evil.example:9810", "127.0.0.1.evil.example",
                 "localhost.evil.example:9810", "model.example.evil", "[evil]:80", "[::1");
    CAPTURE(host);

    CHECK(kGate.refusal(host, "") ==
          "Host: expected an address, localhost or one of admin_hosts, got " + std::string(host));
}

TEST_CASE("only the origin of the asked address may ask", "[admin_gate]") {
    CHECK(kGate.refusal("127.0.0.1:9810", "http://127.0.0.1:9810").empty());
    CHECK(kGate.refusal("localhost:9810", "http://LOCALHOST:9810").empty());

    const auto origin = GENERATE("http://evil.example", "null", "http://127.0.0.1:9811", "http://",
                                 "127.0.0.1:9810", "http://127.0.0.1:9810.evil.example");
    CAPTURE(origin);
    CHECK(kGate.refusal("127.0.0.1:9810", origin) ==
          "Origin: expected none, or that of this address, got " + std::string(origin));
}
