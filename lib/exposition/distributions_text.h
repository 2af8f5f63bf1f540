#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "exposition/name_filter.h"
#include "exposition/negotiation.h"
#include "monitor/live_distributions.h"

namespace boxkited {

// The families that a baseline makes: of each variable the baseline's and then the live one, and
// at the end `baseline_metrics_info`. All but the live numbers is rendered once, when this is
// made; a scrape copies it and writes the numbers between.
//
// Threads: immutable.
class DistributionsText {
public:
    explicit DistributionsText(std::shared_ptr<const Layout> layout);

    const std::shared_ptr<const Layout>& layout() const { return layout_; }

    // `snapshot` is of this very layout: whoever reloads asks for another text by snapshot.layout.
    void append(std::string& out, const LiveSnapshot& snapshot, TextFormat format,
                const NameFilter& filter) const;

private:
    using Heads = std::array<std::string, 2>;  // By TextFormat: HELP and TYPE of a family.

    struct Variable {
        std::string live_name;  // Of the family, without `_total`.
        std::string baseline_name;
        Heads baseline_head;
        std::string baseline_samples;
        Heads live_head;
        // What stands before the number in each line of a slot, one after the other.
        std::string prefixes;
        std::vector<std::uint32_t> prefix_ends;
    };

    static Variable render(const BaselineVariable& variable);
    void append_live(std::string& out, std::size_t position, const LiveSnapshot& snapshot,
                     TextFormat format) const;
    void append_numeric(std::string& out, std::size_t position, const LiveSnapshot& snapshot,
                        TextFormat format) const;
    void append_category(std::string& out, std::size_t position,
                         const LiveSnapshot& snapshot) const;

    enum class Counts { kEach, kCumulative };
    // One line for each slot; the sum of all.
    static std::uint64_t append_counts(std::string& out, const Variable& variable,
                                       const std::uint64_t* counts, Counts kind);

    std::shared_ptr<const Layout> layout_;
    std::vector<Variable> variables_;
    std::string info_;
    std::size_t expected_size_ = 0;
};

}  // namespace boxkited
