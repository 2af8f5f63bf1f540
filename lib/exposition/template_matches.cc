// Finds repetitions by chains of places that begin alike, the nearest first, and of all ways to
// spell a unit by literals and matches takes the one that is shortest at usual prices.
#include "exposition/template_matches.h"

#include <algorithm>
#include <bit>
#include <cstring>

namespace boxkited {

namespace {

constexpr std::uint32_t kWindow = 1U << 15;  // Of places in the template that are remembered.
constexpr std::uint32_t kHashes = 1U << 15;
constexpr std::uint32_t kHashedBytes = 4;
constexpr int kMostTries = 8;
// A match of that many bytes is as good as any.
constexpr std::uint32_t kGoodMatch = 20;
// Where values are longer than expected, a match may turn out to be too far away.
constexpr std::uint32_t kFarthest = DeflateCode::kFarthest - 2048;

// Prices in quarters of a bit, of the code that comes out of such texts: most literals are digits.
std::uint32_t literal_price(char c) { return c >= '0' && c <= '9' ? 14 : 24; }
std::uint32_t match_price(std::uint32_t length, std::uint32_t distance) {
    return 28 + (length < 32 ? 0U : 12U) + 4 * static_cast<std::uint32_t>(std::bit_width(distance));
}

class Finder {
public:
    // With the end of the line.
    Finder(const LineTemplate& lines, std::string_view typical_value)
        : lines_(lines),
          text_(lines.text()),
          value_bytes_(static_cast<std::uint32_t>(typical_value.size() + 1)) {}

    std::optional<TemplateMatches> find(const std::stop_token& stop) {
        for (std::size_t group = 0; group < lines_.groups().size(); ++group) {
            formats_ = lines_.groups()[group].formats;
            const LineTemplate::Range range = lines_.range_of(group);
            for (unit_ = range.unit; unit_ < range.unit_end; ++unit_) {
                if (stop.stop_requested()) return std::nullopt;
                spell_unit();
            }
        }
        return std::move(found_);
    }

private:
    struct Place {
        std::uint32_t previous;  // Position, from 1, of the last place that began alike.
        std::uint32_t unit;
        LineTemplate::Formats formats;
    };
    // The cheapest way to a position of the unit, by its last step.
    struct Step {
        std::uint32_t price = UINT32_MAX;
        std::uint32_t size = 0;
        std::uint32_t source = TemplateToken::kLiterals;
        std::uint32_t offset = 0;
    };

    const LineTemplate::Unit& unit() const { return lines_.units()[unit_]; }

    void spell_unit() {
        begins_.push_back(expected_);
        const std::uint32_t size = unit().size;
        steps_.assign(size + 1, {});
        steps_[0].price = 0;
        std::uint32_t remembered = 0;
        for (std::uint32_t at = 0; at < size; ++at) {
            step_to(at + 1, {steps_[at].price + literal_price(text_[unit().begin + at]), 1});
            for (; remembered < at; ++remembered) remember(remembered);
            const std::uint32_t good = try_matches(at);
            if (good > 0) at += good - 1;
        }
        for (; remembered < size; ++remembered) remember(remembered);
        add_tokens();
        expected_ += size + (unit().has_value ? value_bytes_ : 0);
    }

    void step_to(std::uint32_t position, const Step& step) {
        if (step.price < steps_[position].price) steps_[position] = step;
    }

    bool can_hash(std::uint32_t at) const { return at + kHashedBytes <= unit().size; }

    std::uint32_t& last_alike(std::uint32_t position) {
        std::uint32_t bytes;
        std::memcpy(&bytes, text_.data() + position, sizeof bytes);
        return heads_[(bytes * 2654435761U) >> 17];
    }

    void remember(std::uint32_t at) {
        if (!can_hash(at)) return;
        const std::uint32_t position = unit().begin + at;
        std::uint32_t& head = last_alike(position);
        places_[position % kWindow] = {head, unit_, formats_};
        head = position + 1;
    }

    // The length of a good one, if there is: no other way leads past its begin.
    std::uint32_t try_matches(std::uint32_t at) {
        if (!can_hash(at)) return 0;
        const std::uint32_t position = unit().begin + at;
        const std::uint32_t most = std::min(unit().size - at, DeflateCode::kLongestMatch);
        std::uint32_t longest = DeflateCode::kShortestMatch;
        std::uint32_t next = last_alike(position);
        for (int tries = 0; next != 0 && tries < kMostTries && longest < most; ++tries) {
            const std::uint32_t source = next - 1;
            if (position - source >= kWindow) break;
            const Place& place = places_[source % kWindow];
            next = place.previous;
            if ((place.formats & formats_) != formats_) continue;
            const LineTemplate::Unit& other = lines_.units()[place.unit];
            const std::uint32_t offset = source - other.begin;
            const std::uint32_t distance = expected_ + at - begins_[place.unit] - offset;
            if (distance > kFarthest) break;
            const bool is_same = place.unit == unit_;
            const std::uint32_t length =
                alike(position, source, is_same ? most : std::min(most, other.size - offset));
            if (length <= longest) continue;
            const bool is_good = length >= kGoodMatch;
            for (std::uint32_t i = is_good ? length : longest + 1; i <= length; ++i)
                step_to(at + i,
                        {steps_[at].price + match_price(i, distance), i, place.unit, offset});
            longest = length;
            if (is_good) return length;
        }
        return 0;
    }

    std::uint32_t alike(std::uint32_t one, std::uint32_t other, std::uint32_t most) const {
        std::uint32_t length = 0;
        while (length < most && text_[one + length] == text_[other + length]) ++length;
        return length;
    }

    // The way is known from its end.
    void add_tokens() {
        way_.clear();
        for (std::uint32_t at = unit().size; at > 0; at -= steps_[at].size)
            way_.push_back(steps_[at]);
        std::uint32_t at = 0;
        for (auto step = way_.rbegin(); step != way_.rend(); ++step) {
            add_token(at, *step);
            at += step->size;
        }
        found_.ends.push_back(static_cast<std::uint32_t>(found_.tokens.size()));
    }

    void add_token(std::uint32_t at, const Step& step) {
        auto& tokens = found_.tokens;
        if (step.source != TemplateToken::kLiterals) {
            tokens.push_back({step.size, step.source, step.offset});
            found_.usage.add_match(step.size, expected_ + at - begins_[step.source] - step.offset);
            return;
        }
        found_.usage.add_literal(text_[unit().begin + at]);
        const bool goes_on = at > 0 && tokens.back().source == TemplateToken::kLiterals;
        if (goes_on) {
            ++tokens.back().size;
        } else {
            tokens.push_back({1});
        }
    }

    const LineTemplate& lines_;
    const std::string_view text_;
    const std::uint32_t value_bytes_;

    std::uint32_t unit_ = 0;
    LineTemplate::Formats formats_ = 0;
    std::uint32_t expected_ = 0;         // Where the unit is expected to begin,
    std::vector<std::uint32_t> begins_;  // and all up to it.
    std::vector<std::uint32_t> heads_ = std::vector<std::uint32_t>(kHashes);
    std::vector<Place> places_ = std::vector<Place>(kWindow);  // By position.
    std::vector<Step> steps_;                                  // By position in the unit.
    std::vector<Step> way_;
    TemplateMatches found_;
};

}  // namespace

std::optional<TemplateMatches> find_matches(const LineTemplate& lines,
                                            std::string_view typical_value,
                                            const std::stop_token& stop) {
    return Finder(lines, typical_value).find(stop);
}

}  // namespace boxkited
