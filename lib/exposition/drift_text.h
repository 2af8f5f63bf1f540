#pragma once

#include <array>
#include <memory>
#include <stop_token>
#include <string>
#include <utility>
#include <vector>

#include "base/gzip_member.h"
#include "drift/evaluation.h"
#include "exposition/line_template.h"
#include "exposition/name_filter.h"
#include "exposition/negotiation.h"
#include "exposition/packed_template.h"

namespace boxkited {

// The families `boxkite_*` without their values: what of them stays the same from evaluation to
// evaluation. For 1000 features of 32 buckets and 4 windows it holds 9 MB.
//
// Threads: immutable.
class DriftLines {
public:
    // The lines that an evaluation of these windows and variables may have.
    explicit DriftLines(const Evaluation& evaluation);
    DriftLines(const DriftLines&) = delete;
    DriftLines& operator=(const DriftLines&) = delete;

    const std::shared_ptr<const Layout>& layout() const { return layout_; }
    // Whether it is what would be made of this one.
    bool suit(const Evaluation& evaluation) const;

private:
    friend class DriftText;
    friend class PackedDriftLines;

    void add_gauges(const Evaluation& evaluation);

    std::shared_ptr<const Layout> layout_;
    std::vector<std::string> windows_;
    std::vector<std::uint32_t> variables_;
    LineTemplate lines_;

    // Of the last family: which bucket is below which. Empty when no variable is continuous.
    std::string buckets_;
    std::array<std::string, 2> buckets_heads_;  // By TextFormat.
};

// The same, deflated as far as they can be without the values. To look for what repeats takes some
// ten times as long as an evaluation; the result takes a third of what the lines do.
//
// Threads: immutable.
class PackedDriftLines {
public:
    // Nothing when it was asked to stop before it was done.
    static std::shared_ptr<const PackedDriftLines> make(std::shared_ptr<const DriftLines> lines,
                                                        const std::stop_token& stop = {});

    const std::shared_ptr<const DriftLines>& lines() const { return lines_; }

private:
    friend class DriftText;

    PackedDriftLines(std::shared_ptr<const DriftLines> lines, PackedTemplate gauges);

    std::shared_ptr<const DriftLines> lines_;
    PackedTemplate gauges_;
    DeflatedText buckets_;
    std::array<DeflatedText, 2> buckets_heads_;
};

// The families `boxkite_*`: what an evaluation found, and which bucket is below which. Its values
// are rendered when this is made, and deflated when there are packed lines.
//
// Threads: immutable.
class DriftText {
public:
    // `lines` suit the evaluation.
    DriftText(std::shared_ptr<const DriftLines> lines, const Evaluation& evaluation)
        : DriftText(std::move(lines), nullptr, evaluation) {}
    DriftText(std::shared_ptr<const PackedDriftLines> packed, const Evaluation& evaluation)
        : DriftText(packed->lines(), packed, evaluation) {}
    explicit DriftText(const Evaluation& evaluation)
        : DriftText(std::make_shared<const DriftLines>(evaluation), evaluation) {}

    // Of the evaluation: what a scrape of another layout does not show.
    const std::shared_ptr<const Layout>& layout() const { return lines_->layout_; }

    void append(std::string& out, TextFormat format, const NameFilter& filter) const;

    bool is_packed() const { return packed_ != nullptr; }
    // The same text, deflated. Only when it is packed.
    void append(DeflatedText& out, TextFormat format, const NameFilter& filter) const;

private:
    DriftText(std::shared_ptr<const DriftLines> lines,
              std::shared_ptr<const PackedDriftLines> packed, const Evaluation& evaluation);

    std::vector<bool> choose(TextFormat format, const NameFilter& filter) const;
    bool takes_buckets(const NameFilter& filter) const;

    std::shared_ptr<const DriftLines> lines_;
    std::shared_ptr<const PackedDriftLines> packed_;  // Null: not yet.
    LineValues values_;
    DeflatedText packed_gauges_;  // When a scrape takes all families. The formats agree about them.
};

}  // namespace boxkited
