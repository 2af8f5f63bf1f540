#pragma once

#include <memory_resource>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "event/json_number.h"
#include "event/refusal.h"
#include "event/token_cursor.h"
#include "event/value.h"

namespace boxkited {

// Reads JSON values off a cursor, checks all of their grammar, and gives them back as strict
// JSON on one line. The first thing that is wrong is kept, and fails the call that met it.
//
// Threads: one at a time.
class ValueReader {
public:
    explicit ValueReader(std::size_t max_depth) : max_depth_(max_depth) {}

    // Begins an event; what the last one was given back becomes invalid.
    void begin(TokenCursor cursor);

    TokenCursor& cursor() { return cursor_; }
    const Refusal& refusal() const { return *refusal_; }

    // NaN, Infinity and -Infinity are values only while this is set.
    void allow_literals(bool allow) { literals_allowed_ = allow; }

    // A value of any type, of which only what counting needs is kept. `depth` is that of the
    // value around it, 0 at the top.
    bool read(Value& value, std::size_t depth) {
        const char first = cursor_.peek();
        // From `-` to `9`, which asks once: nobody can guess whether a number is negative.
        const bool may_be_number = static_cast<unsigned char>(first - '-') <= '9' - '-';
        if (may_be_number && parse_json_number(cursor_.text_of(cursor_.at()), value.number)) {
            cursor_.skip_one();
            value.kind = Value::Kind::kNumber;
            return true;
        }
        return read_no_number(value, depth);
    }
    bool skip(std::size_t depth);
    // A string, unescaped.
    bool read_string(std::string_view& text);
    bool read_key(std::string_view& key);
    bool expect(char symbol);
    bool fail(Refusal::Reason reason, std::string detail);
    // "expected a value at byte 17".
    bool fail_here(std::string_view expected);

    // The strict text of all since `token`.
    std::string_view strict_since(std::uint32_t token);

private:
    bool read_no_number(Value& value, std::size_t depth);
    bool read_word(Value& value);
    bool read_literal(std::string_view text, Value& value);
    bool look_at_string(std::string_view& inside);
    bool skip_string();
    bool skip_key();
    bool skip_scalar();
    bool open(std::vector<char>& closers, std::size_t depth, bool& is_empty);
    bool after_value(std::vector<char>& closers);
    std::string_view keep(std::string_view text);
    void append_strict(std::string_view token, std::string& out) const;

    const std::size_t max_depth_;
    TokenCursor cursor_;
    bool literals_allowed_ = false;
    bool literals_seen_ = false;
    std::optional<Refusal> refusal_;
    std::vector<char> closers_;
    std::string scratch_;
    std::pmr::monotonic_buffer_resource kept_{4096};
};

}  // namespace boxkited
