#include "base/keyed_hash.h"

#include <catch2/catch.hpp>

using namespace boxkited;

TEST_CASE("a hash is the first half of the HMAC-SHA-256 of RFC 4231", "[keyed_hash]") {
    const KeyedHash hash("Jefe");
    std::string out = "before ";

    hash.append(out, "what do ya want for nothing?");

    CHECK(out == "before 5bdcc146bf60754e6a042426089575c7");
}

TEST_CASE("a text hashes alike whatever was hashed before it", "[keyed_hash]") {
    const KeyedHash hash("a key of sixteen");
    std::string first;
    std::string second;

    hash.append(first, "42");
    hash.append(second, "");
    second.clear();
    hash.append(second, "42");

    CHECK(first == second);
    CHECK(first.size() == KeyedHash::kDigits);
}
