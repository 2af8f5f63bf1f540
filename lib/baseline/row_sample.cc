#include "baseline/row_sample.h"

#include <cassert>
#include <cstring>

namespace boxkited {

// A kept row is the bytes of its cells, each behind a head of two bytes: the length of a text, with
// a bit more for a label, or a mark beyond all lengths. A number that came as a double is its eight
// bytes.

namespace {

using Head = std::uint16_t;
constexpr Head kMissing = 0xffff;
constexpr Head kNumber = 0xfffe;
constexpr Head kLongText = 0xfffd;
constexpr Head kLabel = 0x4000;
static_assert(RowSample::kLongestText < kLabel);

template <typename T>
void append_bytes(std::string& out, T value) {
    char bytes[sizeof value];
    std::memcpy(bytes, &value, sizeof value);
    out.append(bytes, sizeof value);
}

std::string_view take(std::string_view& rest, std::size_t size) {
    assert(rest.size() >= size);
    const std::string_view taken = rest.substr(0, size);
    rest.remove_prefix(size);
    return taken;
}

template <typename T>
T take_value(std::string_view& rest) {
    T value;
    std::memcpy(&value, take(rest, sizeof value).data(), sizeof value);
    return value;
}

}  // namespace

RowSample::RowSample(std::size_t capacity, std::uint64_t seed)
    : reservoir_(capacity, seed), place_(reservoir_.next()) {}

void RowSample::add_text(std::string_view text) { add_bytes(text, false); }

void RowSample::add_label(std::string_view text) { add_bytes(text, true); }

void RowSample::add_bytes(std::string_view text, bool is_label) {
    if (text.size() > kLongestText) return append_bytes(row_, kLongText);
    append_bytes(row_, static_cast<Head>(text.size() | (is_label ? kLabel : 0)));
    row_ += text;
}

void RowSample::add_number(double value) {
    append_bytes(row_, kNumber);
    append_bytes(row_, value);
}

void RowSample::add_missing() { append_bytes(row_, kMissing); }

void RowSample::end_row() {
    if (place_ && *place_ == rows_.size()) {
        rows_.push_back(row_);
    } else if (place_) {
        std::string& kept = rows_[*place_];
        // Assigning would double the room of a string that is too small.
        if (row_.size() > kept.capacity()) std::string(row_).swap(kept);
        kept = row_;
    }
    row_.clear();
    place_ = reservoir_.next();
}

SampledCell SampledRow::next() {
    const auto head = take_value<Head>(rest_);
    switch (head) {
        case kMissing:
            return {SampledCell::Kind::kMissing, 0, {}};
        case kNumber:
            return {SampledCell::Kind::kNumber, take_value<double>(rest_), {}};
        case kLongText:
            return {SampledCell::Kind::kLongText, 0, {}};
        default:
            if ((head & kLabel) == 0) return {SampledCell::Kind::kText, 0, take(rest_, head)};
            return {SampledCell::Kind::kLabel, 0, take(rest_, head & ~kLabel)};
    }
}

}  // namespace boxkited
