#include "exposition/line_template.h"

#include <cassert>
#include <cstring>

namespace boxkited {

void LineTemplate::begin_group(std::string_view family, Formats formats) {
    if (families_.empty() || families_.back() != family) families_.emplace_back(family);
    groups_.push_back({static_cast<std::uint32_t>(families_.size() - 1), formats});
    places_.push_back(places_.back());
}

void LineTemplate::add(std::string_view text, bool has_value) {
    Place& end = places_.back();
    assert(text_.size() + text.size() <= UINT32_MAX);
    text_.insert(end.text, text);
    units_.push_back({end.text, static_cast<std::uint32_t>(text.size()), has_value});
    ++end.unit;
    end.value += has_value ? 1 : 0;
    end.text += static_cast<std::uint32_t>(text.size());
}

std::vector<bool> LineTemplate::choose(TextFormat format, const NameFilter& filter) const {
    std::vector<bool> chosen;
    chosen.reserve(groups_.size());
    for (const Group& group : groups_)
        chosen.push_back((group.formats & only(format)) != 0 &&
                         filter.takes(families_[group.family]));
    return chosen;
}

template <typename Use>
void LineTemplate::for_each_run(const std::vector<bool>& chosen, Use use) const {
    const auto is_text = [&](std::size_t group) {
        return places_[group].value == places_[group + 1].value;
    };
    for (std::size_t group = 0, end = 0; group < groups_.size(); group = end) {
        end = group + 1;
        if (!chosen[group]) continue;
        if (is_text(group))
            while (end < groups_.size() && chosen[end] && is_text(end)) ++end;
        use(range_of(group, end));
    }
}

void LineTemplate::append(std::string& out, const LineValues& values,
                          const std::vector<bool>& chosen) const {
    std::size_t bytes = 0;
    for_each_run(chosen, [&](const Range& range) { bytes += range.bytes(values); });
    out.reserve(out.size() + bytes + kSlack);
    for_each_run(chosen, [&](const Range& range) { append_range(out, range, values); });
}

void LineTemplate::for_each_piece(const LineValues& values, const std::vector<bool>& chosen,
                                  const Take& take) const {
    std::string buffer;
    for (std::size_t group = 0; group < groups_.size(); ++group) {
        if (!chosen[group]) continue;
        const Range range = range_of(group);
        buffer.clear();
        if (range.has_values()) append_range(buffer, range, values);
        take(range.has_values() ? buffer : range.text);
    }
}

// The string's own zeros are still in the cache when they are written over.
void LineTemplate::append_range(std::string& out, const Range& range,
                                const LineValues& values) const {
    if (!range.has_values()) {
        out += range.text;
        return;
    }
    const std::size_t before = out.size();
    out.resize(before + range.bytes(values) + kSlack);
    const char* const end = write(out.data() + before, range, values);
    out.resize(static_cast<std::size_t>(end - out.data()));
}

// Of one size unless there is more: where a line ends cannot be guessed, and a wrong guess costs
// more than all of a copy.
template <std::size_t kUsual>
inline char* LineTemplate::copy(char* to, std::string_view bytes) {
    std::memcpy(to, bytes.data(), kUsual);
    if (bytes.size() > kUsual)
        std::memcpy(to + kUsual, bytes.data() + kUsual, bytes.size() - kUsual);
    return to + bytes.size();
}

char* LineTemplate::write(char* to, const Range& range, const LineValues& values) const {
    // Of its own: what is written might be anything else, as far as the compiler can tell.
    const LineValues::View view = values.view();
    const char* const text = text_.data();
    const Unit* const end = units_.data() + range.unit_end;
    std::uint32_t next_value = range.value;
    for (const Unit* unit = units_.data() + range.unit; unit != end; ++unit) {
        const auto value = unit->has_value ? view[next_value++] : std::string_view();
        if (unit->has_value && value.empty()) continue;
        to = copy<kSlack>(to, {text + unit->begin, unit->size});
        if (!value.empty()) to = copy<LineValues::kSlack>(to, value);
    }
    return to;
}

}  // namespace boxkited
