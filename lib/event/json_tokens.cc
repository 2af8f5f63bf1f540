#include "event/json_tokens.h"

#include <simdjson.h>

#include <bit>
#include <cassert>

namespace boxkited {

namespace {

bool holds(std::string_view text, char byte) { return text.find(byte) != text.npos; }

}  // namespace

class JsonTokens::Finder {
public:
    simdjson::error_code find(std::string_view text) {
        reserve(text.size());
        return stage_->stage1(reinterpret_cast<const std::uint8_t*>(text.data()), text.size(),
                              simdjson::stage1_mode::regular);
    }
    const std::uint32_t* positions() const { return stage_->structural_indexes.get(); }
    std::uint32_t count() const { return stage_->n_structural_indexes; }

private:
    void reserve(std::size_t bytes) {
        constexpr std::size_t kSmallest = 64 << 10;
        // Four bytes for each byte of text: after a large one they are given back.
        constexpr std::size_t kRemembered = 1 << 20;
        if (capacity_ > kRemembered && bytes <= kRemembered) capacity_ = 0;
        if (bytes <= capacity_) return;
        capacity_ = std::max(std::bit_ceil(bytes), kSmallest);
        constexpr std::size_t kNoDepth = 1;  // Only its second stage looks at it.
        const auto error =
            stage_ ? stage_->set_capacity(capacity_)
                   : simdjson::get_active_implementation()->create_dom_parser_implementation(
                         capacity_, kNoDepth, stage_);
        if (error) throw std::bad_alloc();
    }

    std::unique_ptr<simdjson::internal::dom_parser_implementation> stage_;
    std::size_t capacity_ = 0;
};

JsonTokens::JsonTokens() : finder_(std::make_unique<Finder>()) {}
JsonTokens::~JsonTokens() = default;

JsonTokens::Status JsonTokens::find(std::string_view text) {
    text_ = text;
    count_ = 0;
    if (text.empty()) return Status::kEmpty;
    switch (finder_->find(text)) {
        case simdjson::SUCCESS:
            break;
        case simdjson::EMPTY:
            return Status::kEmpty;
        case simdjson::UTF8_ERROR:
            return Status::kBadUtf8;
        case simdjson::UNESCAPED_CHARS:
            return Status::kControlInString;
        default:
            return Status::kUnclosedString;
    }
    may_hold_line_ends_ = holds(text, '\xC2') || holds(text, '\xE2');
    positions_ = finder_->positions();
    count_ = finder_->count();
    return Status::kGood;
}

}  // namespace boxkited
