#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "exposition/line_values.h"
#include "exposition/name_filter.h"
#include "exposition/negotiation.h"

namespace boxkited {

// Lines of which all but the numbers at their ends is known beforehand.
//
//   LineTemplate lines;
//   lines.begin_group("up", LineTemplate::kAllFormats);
//   lines.add_text("# TYPE up gauge\n");
//   lines.add_line("up ");
//   lines.append(out, values, lines.choose(format, filter));
//
// Threads: any number to read it.
class LineTemplate {
public:
    using Formats = std::uint8_t;  // One bit for each TextFormat.
    static constexpr Formats only(TextFormat format) {
        return static_cast<Formats>(1U << static_cast<unsigned>(format));
    }
    static constexpr Formats kAllFormats = 3;

    // A text, and maybe a value behind it. Where that is empty, so is the unit.
    struct Unit {
        std::uint32_t begin;  // In text().
        std::uint32_t size;
        bool has_value;
    };
    // Units that are chosen together: those of a family, or what only one format has of it.
    struct Group {
        std::uint32_t family;
        Formats formats;
    };
    // What a group has, each up to an end.
    struct Range {
        std::uint32_t unit;
        std::uint32_t unit_end;
        std::uint32_t value;
        std::uint32_t value_end;
        std::string_view text;

        bool has_values() const { return value < value_end; }
        // At most, for units without their value are left out.
        std::size_t bytes(const LineValues& values) const {
            return text.size() + values.bytes(value, value_end);
        }
    };

    void begin_group(std::string_view family, Formats formats);
    // Whole lines.
    void add_text(std::string_view text) { add(text, false); }
    // What stands before the value.
    void add_line(std::string_view prefix) { add(prefix, true); }
    // The value is lines, or nothing.
    void add_room_for_lines() { add({}, true); }

    // Nothing is added afterwards.
    void shrink_to_fit() {
        text_.shrink_to_fit();
        units_.shrink_to_fit();
    }

    // By position in groups(): whether a scrape wants it.
    std::vector<bool> choose(TextFormat format, const NameFilter& filter) const;

    // `values` has one for each unit that has a value, chosen or not.
    void append(std::string& out, const LineValues& values, const std::vector<bool>& chosen) const;

    // The same, in pieces.
    using Take = std::function<void(std::string_view)>;
    void for_each_piece(const LineValues& values, const std::vector<bool>& chosen,
                        const Take& take) const;

    const std::vector<Unit>& units() const { return units_; }
    const std::vector<Group>& groups() const { return groups_; }
    Range range_of(std::size_t group) const { return range_of(group, group + 1); }
    std::string_view text_of(const Unit& unit) const { return {&text_[unit.begin], unit.size}; }
    // Of all units, one behind the other.
    std::string_view text() const { return {text_.data(), text_.size() - kSlack}; }
    std::size_t values() const { return places_.back().value; }

private:
    // How much there is before a group.
    struct Place {
        std::uint32_t unit = 0;
        std::uint32_t value = 0;
        std::uint32_t text = 0;
    };

    // Copies of lines have this size, or that of LineValues::kSlack, and reach beyond their ends.
    static constexpr std::size_t kSlack = 64;
    template <std::size_t kUsual>
    static char* copy(char* to, std::string_view bytes);
    // Of groups in a row, which is as good as one.
    Range range_of(std::size_t group, std::size_t group_end) const {
        const Place& begin = places_[group];
        const Place& end = places_[group_end];
        return {begin.unit, end.unit, begin.value, end.value,
                text().substr(begin.text, end.text - begin.text)};
    }
    // Calls use(range) for each chosen group that has values, and for all those between at once.
    template <typename Use>
    void for_each_run(const std::vector<bool>& chosen, Use use) const;
    void append_range(std::string& out, const Range& range, const LineValues& values) const;
    char* write(char* to, const Range& range, const LineValues& values) const;

    void add(std::string_view text, bool has_value);

    std::string text_ = std::string(kSlack, '\0');
    std::vector<Unit> units_;
    std::vector<Group> groups_;
    std::vector<Place> places_{{}};  // By group, and one more for the end.
    std::vector<std::string> families_;
};

}  // namespace boxkited
