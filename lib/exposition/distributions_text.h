#pragma once

#include <memory>
#include <optional>
#include <span>
#include <stop_token>
#include <string>

#include "base/gzip_member.h"
#include "exposition/line_template.h"
#include "exposition/name_filter.h"
#include "exposition/negotiation.h"
#include "exposition/packed_template.h"
#include "monitor/live_distributions.h"

namespace boxkited {

// The families that a baseline makes: of each variable the baseline's and then the live one, and
// at the end `baseline_metrics_info`. All but the live numbers is rendered once, when this is
// made; a scrape copies it and writes the numbers between.
//
//   DistributionsText text(snapshot.layout);
//   text.append(out, snapshot, format, filter);    // As it is,
//   text.pack();                                   // or, once that was done,
//   text.append(member.text(), snapshot, format, filter);  // deflated.
//
// For 1000 features of 32 buckets it holds 4 MB, and 2 MB more once it is packed.
//
// Threads: one at a time to pack it, any number to read it.
class DistributionsText {
public:
    explicit DistributionsText(std::shared_ptr<const Layout> layout);
    DistributionsText(const DistributionsText&) = delete;
    DistributionsText& operator=(const DistributionsText&) = delete;

    const std::shared_ptr<const Layout>& layout() const { return layout_; }

    // `snapshot` is of this very layout: whoever reloads asks for another text by snapshot.layout.
    void append(std::string& out, const LiveSnapshot& snapshot, TextFormat format,
                const NameFilter& filter) const;

    // Looks for what repeats in the text, which takes some fifty times as long as a scrape. Asked
    // to stop, it leaves the text as it is.
    void pack(const std::stop_token& stop = {});
    bool is_packed() const { return packed_.has_value(); }

    // The same text, deflated. Only when it is packed.
    void append(DeflatedText& out, const LiveSnapshot& snapshot, TextFormat format,
                const NameFilter& filter) const;

private:
    static constexpr std::string_view kTypicalValue = "#####";

    void add_variable(const BaselineVariable& variable);
    void add_heads(const std::string& family, const BaselineVariable& variable,
                   std::string_view help);
    void add_live_lines(const BaselineVariable& variable);

    LineValues values_of(const LiveSnapshot& snapshot) const;
    std::span<const std::uint64_t> counts_of(std::size_t position,
                                             const LiveSnapshot& snapshot) const;
    void add_numeric(LineValues& values, std::size_t position, const LiveSnapshot& snapshot) const;
    void add_category(LineValues& values, std::size_t position, const LiveSnapshot& snapshot) const;

    std::shared_ptr<const Layout> layout_;
    LineTemplate lines_;
    std::optional<PackedTemplate> packed_;
};

}  // namespace boxkited
