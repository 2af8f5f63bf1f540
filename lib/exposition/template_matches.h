#pragma once

#include <cstdint>
#include <optional>
#include <stop_token>
#include <string_view>
#include <vector>

#include "exposition/deflate_code.h"
#include "exposition/line_template.h"

namespace boxkited {

// A stretch of a unit's text: literals, or what stands in an earlier unit too, or earlier in the
// same one.
struct TemplateToken {
    static constexpr std::uint32_t kLiterals = UINT32_MAX;

    std::uint32_t size;
    std::uint32_t source = kLiterals;  // The unit.
    std::uint32_t offset = 0;          // In it.

    bool is_within(std::uint32_t unit) const { return source == unit || source == kLiterals; }
};

// The texts of a template as few bits.
struct TemplateMatches {
    std::vector<TemplateToken> tokens;
    std::vector<std::uint32_t> ends;  // By unit: its tokens end there.
    DeflateCode::Usage usage;         // Of the tokens, as far as one can expect.
};

// Matches hold for a scrape in either format that takes all families. `typical_value` is as long as
// values are expected to be. Nothing when it was asked to stop before it was done.
//
// Threads: any.
std::optional<TemplateMatches> find_matches(const LineTemplate& lines,
                                            std::string_view typical_value,
                                            const std::stop_token& stop);

}  // namespace boxkited
