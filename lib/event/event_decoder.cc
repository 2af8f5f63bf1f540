#include "event/event_decoder.h"

#include <algorithm>
#include <cassert>
#include <limits>

#include "event/event_reader.h"
#include "event/json_tokens.h"

namespace boxkited {

namespace {

// Lines are looked at so many bytes at a time: what their tokens take stays in the cache.
constexpr std::size_t kWindow = 64 << 10;

std::string_view reason_of(JsonTokens::Status status) {
    switch (status) {
        case JsonTokens::Status::kGood:
        case JsonTokens::Status::kEmpty:
            return "expected a JSON value, got nothing";
        case JsonTokens::Status::kBadUtf8:
            return "expected UTF-8";
        case JsonTokens::Status::kUnclosedString:
            return "expected `\"` at the end of a text";
        case JsonTokens::Status::kControlInString:
            break;
    }
    return "expected control characters in a text to be escaped";
}

Refusal not_json(JsonTokens::Status status) {
    return {Refusal::Reason::kNotJson, std::string(reason_of(status))};
}

bool is_blank(std::string_view line) { return line.find_first_not_of(" \t\r\n") == line.npos; }

// With its newline, off the front of `text`.
std::string_view take_line(std::string_view& text) {
    const auto newline = std::min(text.find('\n'), text.size() - 1);
    const std::string_view line = text.substr(0, newline + 1);
    text.remove_prefix(line.size());
    return line;
}

}  // namespace

class EventDecoder::Impl {
public:
    explicit Impl(std::size_t json_depth) : events_(json_depth) {}

    void keep_features(std::size_t count) { events_.keep_features(count); }

    void begin_event(std::string_view json) {
        mode_ = Mode::kEvent;
        rest_ = json;
    }

    void begin_lines(std::string_view lines) {
        mode_ = Mode::kLines;
        rest_ = lines;
        window_ = {};
    }

    Result<void, Refusal> begin_array(std::string_view json) {
        mode_ = Mode::kDone;
        const auto status = tokens_.find(json);
        if (status != JsonTokens::Status::kGood) return Failure{not_json(status)};
        if (!is_one_value(TokenCursor(tokens_, 0, tokens_.count(), 0, json.size())))
            return Failure{syntax_.refusal()};

        const std::uint32_t closer = tokens_.count() - 1;
        array_ = TokenCursor(tokens_, 0, closer, 0, tokens_.positions()[closer]);
        mode_ = Mode::kArray;
        return {};
    }

    std::optional<Decoded> next() {
        switch (mode_) {
            case Mode::kEvent:
                mode_ = Mode::kDone;
                return decode_text(rest_);
            case Mode::kLines:
                return next_line();
            case Mode::kArray:
                return next_element();
            case Mode::kDone:
                break;
        }
        return std::nullopt;
    }

private:
    enum class Mode { kDone, kEvent, kLines, kArray };

    Decoded decode_text(std::string_view json) {
        const auto status = tokens_.find(json);
        if (status != JsonTokens::Status::kGood) return Failure{not_json(status)};
        return decode(TokenCursor(tokens_, 0, tokens_.count(), 0, json.size()));
    }

    // All that the cursor reaches is one event.
    Decoded decode(TokenCursor cursor) {
        if (events_.read(cursor) && (events_.cursor().done() || events_.fail_behind()))
            return &events_.event();
        return Failure{events_.refusal()};
    }

    // ---- Lines ----

    std::optional<Decoded> next_line() {
        while (!window_.empty() || take_window()) {
            const std::string_view line = take_line(window_);
            if (!window_is_good_) {
                if (!is_blank(line)) return decode_text(line);
                continue;
            }
            const auto begin = static_cast<std::size_t>(line.data() - tokens_.text().data());
            const std::size_t end = begin + line.size();
            const std::uint32_t first = token_;
            while (token_ < tokens_.count() && tokens_.positions()[token_] < end) ++token_;
            if (token_ > first) return decode(TokenCursor(tokens_, first, token_, begin, end));
        }
        return std::nullopt;
    }

    // Finds the tokens of many whole lines at once. Where that fails one of them is bad, and each
    // is looked at by itself.
    bool take_window() {
        if (rest_.empty()) return false;
        std::size_t size = rest_.size();
        if (size > kWindow) {
            auto newline = rest_.rfind('\n', kWindow);
            if (newline == rest_.npos) newline = rest_.find('\n', kWindow);
            size = std::min(newline, size - 1) + 1;
        }
        window_ = rest_.substr(0, size);
        rest_.remove_prefix(size);
        window_is_good_ = tokens_.find(window_) == JsonTokens::Status::kGood;
        token_ = 0;
        return true;
    }

    // ---- Arrays ----

    bool is_one_value(TokenCursor cursor) {
        syntax_.begin(cursor);
        // An event that has a literal in the wrong place is refused by itself, later.
        syntax_.allow_literals(true);
        return syntax_.skip(0) &&
               (syntax_.cursor().done() || syntax_.fail_here("nothing behind the array"));
    }

    std::optional<Decoded> next_element() {
        // Steps over `[` before the first element and `,` before the others.
        if (array_.done()) return std::nullopt;
        array_.skip_one();
        if (array_.done()) return std::nullopt;

        const bool good = events_.read(array_);
        array_ = good ? events_.cursor() : behind_value(array_);
        if (!good) return Failure{events_.refusal()};
        return &events_.event();
    }

    TokenCursor behind_value(TokenCursor cursor) {
        syntax_.begin(cursor);
        syntax_.allow_literals(true);
        [[maybe_unused]] const bool good = syntax_.skip(0);
        assert(good);  // begin_array() has seen it.
        return syntax_.cursor();
    }

    Mode mode_ = Mode::kDone;
    JsonTokens tokens_;
    EventReader events_;
    ValueReader syntax_{std::numeric_limits<std::size_t>::max()};

    std::string_view rest_;  // What is not in the window yet.
    std::string_view window_;
    bool window_is_good_ = false;
    std::uint32_t token_ = 0;  // The first one of the next line.

    TokenCursor array_;
};

EventDecoder::EventDecoder(std::size_t json_depth) : impl_(std::make_unique<Impl>(json_depth)) {}
EventDecoder::~EventDecoder() = default;
void EventDecoder::keep_features(std::size_t count) { impl_->keep_features(count); }
void EventDecoder::begin_event(std::string_view json) { impl_->begin_event(json); }
void EventDecoder::begin_lines(std::string_view lines) { impl_->begin_lines(lines); }
Result<void, Refusal> EventDecoder::begin_array(std::string_view json) {
    return impl_->begin_array(json);
}
std::optional<EventDecoder::Decoded> EventDecoder::next() { return impl_->next(); }

}  // namespace boxkited
