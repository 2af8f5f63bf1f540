#include "event/value_reader.h"

#include <cstring>
#include <limits>

#include "event/json_string.h"

namespace boxkited {

namespace {

constexpr double kInfinity = std::numeric_limits<double>::infinity();

// What fail_here() says.
constexpr std::string_view kFieldName = "a field name";
constexpr std::string_view kGoodEscapes = "a text with good escapes";

// The escape of the character that `text` begins with, when some readers take it for the end of a
// line, and terminals for a command; else empty.
struct LineEnd {
    std::string_view escape;
    std::size_t bytes;
};
LineEnd line_end_at(std::string_view text, std::string& scratch) {
    if (text.starts_with("\xE2\x80\xA8")) return {"\\u2028", 3};
    if (text.starts_with("\xE2\x80\xA9")) return {"\\u2029", 3};
    if (text.size() > 1 && text[0] == '\xC2' && static_cast<unsigned char>(text[1]) < 0xA0) {
        constexpr char kHex[] = "0123456789abcdef";
        const auto code = static_cast<unsigned char>(text[1]);
        scratch = {'\\', 'u', '0', '0', kHex[code >> 4], kHex[code & 0xF]};
        return {scratch, 2};
    }
    return {{}, 0};
}

void append_without_line_ends(std::string_view text, std::string& out) {
    std::string scratch;
    while (!text.empty()) {
        const auto next = text.find_first_of("\xC2\xE2", 0, 2);
        out += text.substr(0, next);
        if (next == text.npos) return;
        text.remove_prefix(next);
        const LineEnd found = line_end_at(text, scratch);
        if (found.bytes == 0) out += text.front();
        out += found.escape;
        text.remove_prefix(std::max<std::size_t>(found.bytes, 1));
    }
}

}  // namespace

void ValueReader::begin(TokenCursor cursor) {
    cursor_ = cursor;
    refusal_.reset();
    literals_allowed_ = false;
    literals_seen_ = false;
    kept_.release();
}

bool ValueReader::fail(Refusal::Reason reason, std::string detail) {
    if (!refusal_) refusal_ = Refusal{reason, std::move(detail)};
    return false;
}

bool ValueReader::fail_here(std::string_view expected) {
    return fail(Refusal::Reason::kNotJson, "expected " + std::string(expected) + " at byte " +
                                               std::to_string(cursor_.offset()));
}

bool ValueReader::expect(char symbol) {
    if (cursor_.take(symbol)) return true;
    return fail_here(std::string{'`', symbol, '`'});
}

bool ValueReader::read_no_number(Value& value, std::size_t depth) {
    const char first = cursor_.peek();
    if (first == '{' || first == '[') {
        value.kind = Value::Kind::kNested;
        return skip(depth);
    }
    if (first == '"') {
        value.kind = Value::Kind::kText;
        return read_string(value.text);
    }
    return read_word(value);
}

bool ValueReader::read_word(Value& value) {
    const std::string_view text =
        cursor_.done() ? std::string_view() : cursor_.text_of(cursor_.at());
    if (text == "true" || text == "false") {
        value.kind = Value::Kind::kBoolean;
        value.number = text == "true" ? 1 : 0;
    } else if (text == "null") {
        value.kind = Value::Kind::kMissing;
    } else if (!read_literal(text, value)) {
        return fail_here("a value");
    }
    cursor_.skip_one();
    return true;
}

bool ValueReader::read_literal(std::string_view text, Value& value) {
    if (!literals_allowed_) return false;
    if (text == "NaN") {
        value.kind = Value::Kind::kMissing;
    } else if (text == "Infinity" || text == "-Infinity") {
        value.kind = Value::Kind::kNumber;
        value.number = text.front() == '-' ? -kInfinity : kInfinity;
    } else {
        return false;
    }
    literals_seen_ = true;
    return true;
}

// The inside of the string at hand, as sent.
bool ValueReader::look_at_string(std::string_view& inside) {
    const std::string_view token = cursor_.peek() == '"' ? cursor_.text_of(cursor_.at()) : "";
    if (token.size() < 2 || token.back() != '"') return fail_here("a text");
    inside = token.substr(1, token.size() - 2);
    return true;
}

bool ValueReader::read_string(std::string_view& text) {
    if (!look_at_string(text)) return false;
    if (std::memchr(text.data(), '\\', text.size()) != nullptr) {
        scratch_.clear();
        if (!unescape_json(text, scratch_)) return fail_here(kGoodEscapes);
        text = keep(scratch_);
    }
    cursor_.skip_one();
    return true;
}

bool ValueReader::skip_string() {
    std::string_view inside;
    if (!look_at_string(inside)) return false;
    if (!has_good_escapes(inside)) return fail_here(kGoodEscapes);
    cursor_.skip_one();
    return true;
}

bool ValueReader::read_key(std::string_view& key) {
    if (cursor_.peek() != '"') return fail_here(kFieldName);
    return read_string(key) && expect(':');
}

bool ValueReader::skip_key() {
    if (cursor_.peek() != '"') return fail_here(kFieldName);
    return skip_string() && expect(':');
}

// Walks a value without recursion: `closers_` holds the bracket that each open one waits for.
bool ValueReader::skip(std::size_t depth) {
    closers_.clear();
    do {
        const char first = cursor_.peek();
        if (first == '{' || first == '[') {
            bool is_empty = false;
            if (!open(closers_, depth, is_empty)) return false;
            if (!is_empty) continue;
        } else if (!skip_scalar()) {
            return false;
        }
        if (!after_value(closers_)) return false;
    } while (!closers_.empty());
    return true;
}

bool ValueReader::skip_scalar() {
    if (cursor_.peek() == '"') return skip_string();
    Value ignored;
    return read(ignored, 0);
}

// Steps into a container, and in an object over the first key.
bool ValueReader::open(std::vector<char>& closers, std::size_t depth, bool& is_empty) {
    if (depth + closers.size() >= max_depth_)
        return fail(Refusal::Reason::kTooDeep, "nested deeper than " + std::to_string(max_depth_));
    const bool object = cursor_.take('{');
    if (!object) cursor_.take('[');
    closers.push_back(object ? '}' : ']');
    is_empty = cursor_.peek() == closers.back();
    return !object || is_empty || skip_key();
}

// Closes what ends here, then steps over the comma to the next value.
bool ValueReader::after_value(std::vector<char>& closers) {
    while (!closers.empty()) {
        if (cursor_.take(closers.back())) {
            closers.pop_back();
            continue;
        }
        return cursor_.take(',') ? closers.back() == ']' || skip_key()
                                 : fail_here("`,` or `" + std::string{closers.back()} + "`");
    }
    return true;
}

std::string_view ValueReader::keep(std::string_view text) {
    if (text.empty()) return {};
    char* const copy = static_cast<char*>(kept_.allocate(text.size(), 1));
    std::memcpy(copy, text.data(), text.size());
    return {copy, text.size()};
}

std::string_view ValueReader::strict_since(std::uint32_t token) {
    const std::string_view text = cursor_.text_since(token);
    const bool as_sent =
        !literals_seen_ && !cursor_.may_hold_line_ends() && !cursor_.has_space_since(token);
    literals_seen_ = false;
    if (as_sent) return text;

    scratch_.clear();
    for (std::uint32_t i = token; i < cursor_.at(); ++i)
        append_strict(cursor_.text_of(i), scratch_);
    return keep(scratch_);
}

void ValueReader::append_strict(std::string_view token, std::string& out) const {
    if (token == "NaN") {
        out += "null";
    } else if (token == "Infinity") {
        out += "\"Infinity\"";
    } else if (token == "-Infinity") {
        out += "\"-Infinity\"";
    } else if (token.front() == '"') {
        append_without_line_ends(token, out);
    } else {
        out += token;
    }
}

}  // namespace boxkited
