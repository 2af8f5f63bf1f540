#pragma once

#include <cstdint>
#include <string_view>
#include <vector>

#include "event/json_tokens.h"

namespace boxkited {

// Walks tokens from one position to another, each seen once.
//
// Threads: one at a time.
class TokenCursor {
public:
    TokenCursor() = default;
    // The tokens from `first` up to `last`, which is not among them: those of the text from
    // `begin` to `end`.
    TokenCursor(const JsonTokens& tokens, std::uint32_t first, std::uint32_t last,
                std::size_t begin, std::size_t end)
        : text_(tokens.text().data()),
          positions_(tokens.positions()),
          at_(first),
          last_(last),
          begin_(begin),
          end_(end),
          may_hold_line_ends_(tokens.may_hold_line_ends()) {}

    bool done() const { return at_ == last_; }
    std::uint32_t at() const { return at_; }
    // The first byte of the token at hand; 0 when there is none.
    char peek() const { return done() ? '\0' : text_[positions_[at_]]; }
    // Where that is, in bytes from where the first of these tokens' text begins.
    std::size_t offset() const { return (done() ? end_ : positions_[at_]) - begin_; }

    bool take(char symbol) {
        if (peek() != symbol) return false;
        ++at_;
        return true;
    }
    void skip_one() { ++at_; }
    // The token at hand, whole, which is then behind us.
    std::string_view take_text() {
        const std::string_view text = text_of(at_);
        ++at_;
        return text;
    }
    // A token anywhere in reach: up to the next one, without the whitespace between.
    std::string_view text_of(std::uint32_t token) const {
        const std::size_t begin = positions_[token];
        std::size_t end = token + 1 < last_ ? positions_[token + 1] : end_;
        while (end > begin + 1 && is_space(text_[end - 1])) --end;
        return {text_ + begin, end - begin};
    }
    // Whether one of the tokens between `first` and the one at hand has whitespace before it.
    bool has_space_since(std::uint32_t first) const {
        for (std::uint32_t token = first + 1; token < at_; ++token)
            if (is_space(text_[positions_[token] - 1])) return true;
        return false;
    }
    // As JsonTokens::may_hold_line_ends().
    bool may_hold_line_ends() const { return may_hold_line_ends_; }
    // From the beginning of `token` to the end of the token behind us.
    std::string_view text_since(std::uint32_t token) const {
        const std::string_view last = text_of(at_ - 1);
        const char* const begin = text_ + positions_[token];
        return {begin, static_cast<std::size_t>(last.data() + last.size() - begin)};
    }

private:
    // Nearly all is above the space. Control characters are part of the number or word they follow,
    // which is then none.
    static bool is_space(char c) {
        return static_cast<unsigned char>(c) <= ' ' &&
               (c == ' ' || c == '\n' || c == '\r' || c == '\t');
    }

    const char* text_ = nullptr;
    const std::uint32_t* positions_ = nullptr;
    std::uint32_t at_ = 0;
    std::uint32_t last_ = 0;
    std::size_t begin_ = 0;
    std::size_t end_ = 0;
    bool may_hold_line_ends_ = false;
};

}  // namespace boxkited
