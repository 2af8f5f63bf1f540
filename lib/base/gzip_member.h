#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace boxkited {

// A text as deflate blocks of which none is the last: several of them may stand behind each other
// in one stream. They begin and end at a byte.
struct DeflatedText {
    std::string blocks;
    std::uint32_t crc32 = 0;  // Of the text, as its length is.
    std::uint64_t length = 0;

    void append(const DeflatedText& more);
};

// `level` as zlib's, 1 fast to 9 small.
//
// Threads: any.
DeflatedText deflated(std::string_view text, int level);

// One gzip member, made of pieces that are deflated already and of a last one that is not:
//
//   GzipMember member;
//   member.text().append(known_beforehand);
//   response.body = std::move(member).finish(known_only_now);
//
// Threads: one at a time.
class GzipMember {
public:
    GzipMember();

    // What it holds so far; whoever makes blocks of their own may append them in place.
    DeflatedText& text() { return text_; }

    // Nothing is appended afterwards.
    std::string finish(std::string_view last) &&;

private:
    DeflatedText text_;  // Its blocks stand behind the head of the member.
};

// A member that holds this text alone, deflated fast.
//
// Threads: any.
std::string gzip(std::string_view text);

}  // namespace boxkited
