#include "http/request_stream.h"

#include <utility>

namespace boxkited::http {

RequestStream::Step RequestStream::next(std::string_view bytes) {
    taken_ = 0;
    if (chunked_) return next_chunks(bytes);
    if (bytes.size() < needed_) return Step::kNeedsMore;
    if (const auto* const known = known_.find(bytes)) {
        header_size_ = known->bytes.size();
        header_ = &known->header;
        return look_for_body(bytes);
    }
    if (header_size_ == 0) {
        auto end = scan_.find_end(bytes, limits_);
        if (!end) return refuse(std::move(end).error());
        if (*end == 0) return Step::kNeedsMore;
        header_size_ = *end;
    }
    return judge_header(bytes);
}

// Runs again when the body is there: the bytes may have moved, and reading a header anew costs
// less than keeping it.
RequestStream::Step RequestStream::judge_header(std::string_view bytes) {
    const std::string_view text = bytes.substr(0, header_size_);
    auto header = read_header(text, limits_);
    if (!header) return refuse(std::move(header).error());
    read_ = *header;
    header_ = &read_;
    known_.remember(text, read_);
    return look_for_body(bytes);
}

RequestStream::Step RequestStream::look_for_body(std::string_view bytes) {
    const bool is_new = needed_ == 0;
    if (is_new && entrance_ != nullptr && !entrance_->lets_in(*header_)) {
        return refuse({401, "Authorization: expected Bearer and the token of this listener"});
    }
    const bool has_seen_body = !is_new || bytes.size() > header_size_;
    if (!has_seen_body) wants_continue_ = header_->expects_continue;
    if (header_->chunked) return begin_chunks(bytes);

    const std::size_t whole = header_size_ + header_->content_length;
    if (bytes.size() < whole) {
        needed_ = whole;
        return Step::kNeedsMore;
    }
    body_ = bytes.substr(header_size_, header_->content_length);
    taken_ = whole;
    return Step::kRequest;
}

RequestStream::Step RequestStream::begin_chunks(std::string_view bytes) {
    chunked_ = std::make_unique<ChunkedBody>(bytes.substr(0, header_size_), limits_);
    const Step step = next_chunks(bytes.substr(header_size_));
    taken_ += header_size_;
    return step;
}

RequestStream::Step RequestStream::next_chunks(std::string_view bytes) {
    auto taken = chunked_->take(bytes);
    if (!taken) return refuse(std::move(taken).error());
    taken_ = *taken;
    if (!chunked_->is_complete()) return Step::kNeedsMore;
    auto header = read_header(chunked_->header(), limits_);
    if (!header) return refuse(std::move(header).error());
    read_ = *header;
    header_ = &read_;
    body_ = chunked_->body();
    return Step::kRequest;
}

RequestStream::Step RequestStream::refuse(Refusal refusal) {
    refusal_ = std::move(refusal);
    return Step::kRefused;
}

void RequestStream::done() {
    scan_ = {};
    header_size_ = needed_ = 0;
    chunked_.reset();
    wants_continue_ = false;
}

bool RequestStream::take_wants_continue() { return std::exchange(wants_continue_, false); }

std::string_view RequestStream::path(std::string_view bytes) const {
    return readable_path(chunked_ ? chunked_->header() : bytes);
}

}  // namespace boxkited::http
