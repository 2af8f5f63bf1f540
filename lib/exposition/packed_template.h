#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <stop_token>
#include <string>
#include <string_view>
#include <vector>

#include "base/gzip_member.h"
#include "exposition/deflate_code.h"
#include "exposition/line_template.h"
#include "exposition/template_matches.h"

namespace boxkited {

// A LineTemplate that knows how to deflate itself: what repeats in it was looked for once, so that
// a scrape only has to spell the numbers. It costs about a third of a second for each 10 MB of
// text to make, and takes about half as much memory as the text.
//
// Threads: immutable.
class PackedTemplate {
public:
    // `lines` outlive it and change no more. In `typical_value` a `#` is any digit. Nothing when it
    // was asked to stop before it was done.
    static std::optional<PackedTemplate> make(const LineTemplate& lines,
                                              std::string_view typical_value,
                                              const std::stop_token& stop = {});

    // The text that `lines` append with these.
    void append(DeflatedText& out, const LineValues& values, const std::vector<bool>& chosen) const;

private:
    struct Progress;
    class GroupWriter;

    // A stretch of a unit's text. Its bits are known unless it lies in another unit: how far away
    // depends on the values in between.
    struct Token {
        std::uint32_t size;        // Of the text,
        std::uint32_t bits;        // and of the known bits; 0 when they are not.
        std::uint32_t source = 0;  // The other unit.
        std::uint32_t offset = 0;  // In it.
    };

    PackedTemplate(const LineTemplate& lines, const DeflateCode& code)
        : lines_(lines), code_(code) {}
    bool add_units(const TemplateMatches& matches, const std::stop_token& stop);
    void add_unit(BitWriter& out, std::uint32_t unit, std::span<const TemplateToken> tokens);
    void add_known(BitWriter& out, const TemplateToken& token, std::string_view text,
                   std::uint32_t position) const;

    void append_group(BitWriter& out, Progress& progress, std::size_t group,
                      const LineValues& values, bool is_chosen) const;

    // Where a unit's tokens begin, and its known bits.
    struct UnitBegin {
        std::uint32_t token;
        std::uint32_t bits;
    };

    const LineTemplate& lines_;
    DeflateCode code_;
    std::vector<UnitBegin> begins_;  // By unit, and one more for the end.
    std::vector<Token> tokens_;
    std::string bits_;  // Each token's from a byte on.
};

}  // namespace boxkited
