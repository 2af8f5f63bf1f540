#include "monitor/packed_numbers.h"

#include <catch2/catch.hpp>

using namespace boxkited;

TEST_CASE("packed numbers and texts come back", "[monitor]") {
    const std::vector<std::uint64_t> numbers{0, 1, 127, 128, 16'383, 16'384, 1ULL << 63, ~0ULL};
    std::string bytes;
    for (const std::uint64_t number : numbers) append_packed(bytes, number);
    append_packed(bytes, std::string_view("text\0", 5));
    append_packed(bytes, std::string_view());

    PackedReader reader(bytes);
    for (const std::uint64_t number : numbers) CHECK(reader.number() == number);
    CHECK(reader.text() == std::string_view("text\0", 5));
    CHECK(reader.text() == "");
    CHECK(reader.is_at_end());
    CHECK(bytes.size() == 1 + 1 + 1 + 2 + 2 + 3 + 10 + 10 + 6 + 1);
}

TEST_CASE("bytes that end early or are beyond 64 bits are nothing", "[monitor]") {
    const std::string beyond(9, '\xff');
    for (const std::string& bytes :
         {std::string(), std::string("\x80"), std::string(12, '\xff'), beyond, beyond + "\x02"}) {
        CHECK_FALSE(PackedReader(bytes).number());
        CHECK_FALSE(PackedReader(bytes).text());
    }
    CHECK_FALSE(PackedReader("\x05four").text());
}
