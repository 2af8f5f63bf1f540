#include "exposition/deflate_code.h"

#include <catch2/catch.hpp>

#include "base/checksum.h"
#include "base/gzip.h"
#include "base/gzip_member.h"

using namespace boxkited;

namespace {

// What zlib makes of one block with these symbols.
template <typename Put>
std::string inflated(const DeflateCode& code, const std::string& text, const Put& put) {
    GzipMember member;
    BitWriter writer(member.text().blocks);
    code.begin_block(writer);
    BitCursor bits = writer.begin(4 * text.size() + 100);
    put(bits);
    writer.end(bits);
    code.end_block(writer);
    writer.finish();
    member.text().crc32 = crc32_of(text);
    member.text().length = text.size();
    const auto back = gunzip(std::move(member).finish(""), 1U << 20);
    return back ? *back : "no gzip";
}

DeflateCode::Usage usage(int kind) {
    DeflateCode::Usage usage;
    // Weights that grow like this make the longest codes.
    for (std::uint64_t c = 0, times = 1; kind == 1 && c < 60; ++c, times += times / 2 + 1)
        usage.add_literal(static_cast<char>(c), times);
    for (std::uint32_t length = 3; kind == 2 && length <= 258; ++length)
        usage.add_match(length, 1 + length * 127 % 32768);
    return usage;
}

}  // namespace

TEST_CASE("every byte has a code, whatever was expected", "[exposition]") {
    const DeflateCode code(usage(GENERATE(0, 1, 2)));
    std::string text;
    for (int byte = 0; byte < 256; ++byte) text += static_cast<char>(byte);

    const auto back = inflated(code, text, [&](BitCursor& bits) {
        for (const char c : text) bits.put(code.literal(c));
    });

    CHECK(back == text);
}

TEST_CASE("every length and every distance has a code", "[exposition]") {
    const DeflateCode code(usage(GENERATE(0, 1, 2)));
    std::string text(DeflateCode::kFarthest, '\0');
    for (std::size_t i = 0; i < text.size(); ++i) text[i] = static_cast<char>(i * i / 7 % 251);
    struct Match {
        std::uint32_t length;
        std::uint32_t distance;
    };
    std::vector<Match> matches;
    for (std::uint32_t length = 3; length <= 258; ++length)
        matches.push_back({length, length % 2 == 0 ? 1 + length * 127 % 32768 : 32768 - length});
    for (std::uint32_t power = 1; power <= 32768; power *= 2)
        for (const std::uint32_t distance : {power - power / 4, power, power + 1})
            if (distance >= 1 && distance <= 32768) matches.push_back({3, distance});
    std::string whole = text;
    for (const auto& [length, distance] : matches)
        for (std::uint32_t i = 0; i < length; ++i) whole += whole[whole.size() - distance];

    const auto back = inflated(code, whole, [&](BitCursor& bits) {
        for (const char c : text) bits.put(code.literal(c));
        for (const auto& [length, distance] : matches)
            bits.put(joined(code.length(length), code.distance(distance)));
    });

    CHECK((back == whole));
}

TEST_CASE("bits are copied to any place within a byte", "[exposition]") {
    const std::string source = "a few bytes that are copied whole, and then some more of them";
    const auto before = GENERATE(range<std::uint32_t>(0, 8));
    const auto count = GENERATE(values<std::uint32_t>({0, 1, 55, 56, 57, 112, 113, 400}));
    std::string out;
    BitWriter writer(out);
    BitCursor bits = writer.begin(100);

    bits.put({0, before});
    bits.put_all(source.data(), count);
    writer.end(bits);
    CHECK(writer.bits() == before + count);
    writer.finish();

    const auto bit = [](const std::string& bytes, std::size_t i) {
        return bytes[i / 8] >> (i % 8) & 1;
    };
    for (std::uint32_t i = 0; i < count; ++i) REQUIRE(bit(out, before + i) == bit(source, i));
}
