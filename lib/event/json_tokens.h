#pragma once

#include <cstdint>
#include <memory>
#include <string_view>

namespace boxkited {

// Where the tokens of a JSON text begin: brackets, commas, colons, opening quotes, and the first
// bytes of numbers and words. Checks that the text is UTF-8, that strings end, and that no
// string holds a raw control character; nothing else.
//
// This is simdjson's first stage. Its second stage keeps neither the bytes of a value, which the
// log copies, nor numbers beyond double, NaN and Infinity, which we take: the decoder walks the
// tokens itself.
//
// Threads: one at a time.
class JsonTokens {
public:
    JsonTokens();
    ~JsonTokens();

    enum class Status { kGood, kEmpty, kBadUtf8, kUnclosedString, kControlInString };
    // Views into `text` must hold for as long as the tokens are used.
    Status find(std::string_view text);

    std::string_view text() const { return text_; }
    // False: the text surely holds none of the characters beyond ASCII that end lines (NEL and its
    // like, U+2028, U+2029).
    bool may_hold_line_ends() const { return may_hold_line_ends_; }
    std::uint32_t count() const { return count_; }
    const std::uint32_t* positions() const { return positions_; }

private:
    class Finder;
    std::unique_ptr<Finder> finder_;
    std::string_view text_;
    bool may_hold_line_ends_ = false;
    const std::uint32_t* positions_ = nullptr;
    std::uint32_t count_ = 0;
};

}  // namespace boxkited
