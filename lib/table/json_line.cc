#include "table/json_line.h"

#include "base/json_text.h"
#include "table/event_time.h"

namespace boxkited {

namespace {

// Depths as limits.json_depth counts them.
constexpr std::size_t kInLine = 1;
constexpr std::size_t kInFeatures = 2;

std::string_view reason_of(JsonTokens::Status status) {
    switch (status) {
        case JsonTokens::Status::kBadUtf8:
            return "expected UTF-8";
        case JsonTokens::Status::kUnclosedString:
            return "expected `\"` at the end of a text";
        case JsonTokens::Status::kControlInString:
            return "expected control characters in a text to be escaped";
        case JsonTokens::Status::kGood:
        case JsonTokens::Status::kEmpty:
            break;
    }
    return "expected a JSON object";
}

}  // namespace

std::string quoted_name(std::string_view name) { return quoted_text(name, '`'); }

bool JsonLine::is_event(std::string_view line) {
    if (!begin(line)) return false;
    bool are_features = false;
    bool are_null = false;
    bool has_output = false;
    const bool good = for_each_key([&](std::string_view name) {
        const char first = values_.cursor().peek();
        if (name == "features") {
            are_features = first == '{' || first == '[';
            are_null = first == 'n';
        }
        has_output = has_output || name == "output";
        return values_.skip(kInLine);
    });
    return good && (are_features || (are_null && has_output));
}

bool JsonLine::read_object(std::string_view line) {
    if (!begin(line)) return false;
    return finish(for_each_key([&](std::string_view name) {
        Field& field = fields_.emplace_back();
        field.name = name;
        return values_.read(field.value, kInLine);
    }));
}

bool JsonLine::read_event(std::string_view line) {
    if (!begin(line)) return false;
    if (!finish(for_each_key([&](std::string_view name) { return read_event_field(name); })))
        return false;
    return names_features_ || output_ ||
           fail("expected a prediction event: `features` or `output`");
}

bool JsonLine::begin(std::string_view line) {
    fields_.clear();
    feature_count_ = 0;
    output_.reset();
    time_.reset();
    is_logged_ = false;
    names_features_ = false;
    has_features_ = false;
    reason_.clear();
    const auto status = tokens_.find(line);
    if (status != JsonTokens::Status::kGood) return fail(std::string(reason_of(status)));
    values_.begin(TokenCursor(tokens_, 0, tokens_.count(), 0, line.size()));
    values_.allow_literals(true);
    return values_.cursor().take('{') || fail("expected a JSON object");
}

bool JsonLine::finish(bool good) {
    if (good && !values_.cursor().done()) values_.fail_here("nothing behind the object");
    if (good && values_.cursor().done()) return true;
    return reason_.empty() ? fail(values_.refusal().detail) : false;
}

// Steps over an object whose bracket is open; `read` takes the value of each key.
template <typename Read>
bool JsonLine::for_each_key(Read read) {
    if (values_.cursor().take('}')) return true;
    do {
        std::string_view name;
        if (!values_.read_key(name) || !read(name)) return false;
    } while (values_.cursor().take(','));
    return values_.cursor().take('}') || values_.fail_here("`,` or `}`");
}

bool JsonLine::read_event_field(std::string_view name) {
    if (name == "features") return read_features();
    if (name == "created_at" || name == "timestamp") return read_time(name == "created_at");
    if (name != "output") return values_.skip(kInLine);
    if (output_) return fail("`output` comes twice");
    return values_.read(output_.emplace(), kInLine);
}

bool JsonLine::read_time(bool is_logged) {
    Value value;
    if (!values_.read(value, kInLine)) return false;
    if (is_logged_) return true;
    is_logged_ = is_logged;
    time_ = event_time(value);
    return true;
}

bool JsonLine::read_features() {
    if (names_features_) return fail("`features` comes twice");
    names_features_ = true;
    if (values_.cursor().peek() == 'n') return values_.skip(kInLine);
    has_features_ = true;
    if (values_.cursor().take('{')) return read_named();
    if (values_.cursor().take('[')) return read_in_order();
    return fail("features: expected an array or an object");
}

bool JsonLine::read_named() {
    are_named_ = true;
    return for_each_key([&](std::string_view name) {
        Field& field = fields_.emplace_back();
        field.name = name;
        ++feature_count_;
        return values_.read(field.value, kInFeatures);
    });
}

bool JsonLine::read_in_order() {
    are_named_ = false;
    if (values_.cursor().take(']')) return true;
    do {
        Value value;
        if (!values_.read(value, kInFeatures)) return false;
        if (feature_count_++ < kept_features_) fields_.push_back({{}, value});
    } while (values_.cursor().take(','));
    return values_.cursor().take(']') || values_.fail_here("`,` or `]`");
}

bool JsonLine::fail(std::string reason) {
    reason_ = std::move(reason);
    return false;
}

}  // namespace boxkited
