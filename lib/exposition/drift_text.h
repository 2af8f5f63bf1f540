#pragma once

#include <array>
#include <memory>
#include <optional>
#include <stop_token>
#include <string>
#include <vector>

#include "base/gzip_member.h"
#include "drift/evaluation.h"
#include "exposition/line_template.h"
#include "exposition/name_filter.h"
#include "exposition/negotiation.h"
#include "exposition/packed_template.h"

namespace boxkited {

// The families `boxkite_*` without their values: what of them stays the same from evaluation to
// evaluation. For 1000 features of 32 buckets and 4 windows it holds 9 MB, and 3 MB more once it
// is packed.
//
// Threads: one at a time to pack it, any number to read it.
class DriftLines {
public:
    // The lines that an evaluation of these windows and variables may have.
    explicit DriftLines(const Evaluation& evaluation);
    DriftLines(const DriftLines&) = delete;
    DriftLines& operator=(const DriftLines&) = delete;

    // Whether it is what would be made of this one.
    bool suit(const Evaluation& evaluation) const;

    // Looks for what repeats in the text, which takes some ten times as long as an evaluation.
    // Asked to stop, it leaves the text as it is.
    void pack(const std::stop_token& stop = {});
    bool is_packed() const { return packed_.has_value(); }

private:
    friend class DriftText;

    void add_gauges(const Evaluation& evaluation);

    std::shared_ptr<const Layout> layout_;
    std::vector<std::string> windows_;
    std::vector<std::uint32_t> variables_;
    LineTemplate lines_;
    std::optional<PackedTemplate> packed_;

    // Of the last family: which bucket is below which. Empty when no variable is continuous.
    std::string buckets_;
    std::array<std::string, 2> buckets_heads_;  // By TextFormat.
    DeflatedText packed_buckets_;
    std::array<DeflatedText, 2> packed_buckets_heads_;
};

// The families `boxkite_*`: what an evaluation found, and which bucket is below which. Its values
// are rendered when this is made, and deflated when the lines are packed.
//
// Threads: immutable.
class DriftText {
public:
    // `lines` suit the evaluation.
    DriftText(std::shared_ptr<const DriftLines> lines, const Evaluation& evaluation);
    explicit DriftText(const Evaluation& evaluation)
        : DriftText(std::make_shared<const DriftLines>(evaluation), evaluation) {}

    // Of the evaluation: what a scrape of another layout does not show.
    const std::shared_ptr<const Layout>& layout() const { return lines_->layout_; }

    void append(std::string& out, TextFormat format, const NameFilter& filter) const;

    bool is_packed() const { return lines_->is_packed(); }
    // The same text, deflated. Only when it is packed.
    void append(DeflatedText& out, TextFormat format, const NameFilter& filter) const;

private:
    std::vector<bool> choose(TextFormat format, const NameFilter& filter) const;
    bool takes_buckets(const NameFilter& filter) const;

    std::shared_ptr<const DriftLines> lines_;
    LineValues values_;
    DeflatedText packed_gauges_;  // When a scrape takes all families. The formats agree about them.
};

}  // namespace boxkited
