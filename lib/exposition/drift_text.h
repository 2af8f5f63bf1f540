#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "drift/evaluation.h"
#include "exposition/name_filter.h"
#include "exposition/negotiation.h"

namespace boxkited {

// The families `boxkite_*`: what an evaluation found, and which bucket is below which. Rendered
// whole when this is made.
//
// Threads: immutable.
class DriftText {
public:
    explicit DriftText(const Evaluation& evaluation);

    // Of the evaluation: what a scrape of another layout does not show.
    const std::shared_ptr<const Layout>& layout() const { return layout_; }

    void append(std::string& out, TextFormat format, const NameFilter& filter) const;

private:
    struct Family {
        std::string_view name;
        std::string_view type;
        std::string_view help;
        std::string samples;
    };
    std::shared_ptr<const Layout> layout_;
    std::vector<Family> families_;
};

}  // namespace boxkited
