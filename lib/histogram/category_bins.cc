#include "histogram/category_bins.h"

#include <bit>
#include <cmath>

#include "base/number_text.h"

namespace boxkited {

CategoryBins::CategoryBins(std::vector<std::string> names) : all_numbers_(!names.empty()) {
    for (std::string& name : names) {
        const auto bin = static_cast<std::uint32_t>(by_name_.size());
        const auto number = parse_python_float(name);
        if (!number) all_numbers_ = false;
        // A bin "1" is a text that no number is spelled as.
        if (number && python_float(*number) == name)
            by_number_.emplace(std::bit_cast<std::uint64_t>(*number), bin);
        by_name_.emplace(std::move(name), bin);
    }
}

std::optional<std::uint32_t> CategoryBins::find(std::string_view text) const {
    if (const auto at = by_name_.find(text); at != by_name_.end()) return at->second;
    if (!all_numbers_) return std::nullopt;
    const auto number = parse_python_float(text);
    if (!number) return std::nullopt;
    // NaN has many bits and one name.
    if (std::isnan(*number)) return text == kMissingBin ? std::nullopt : find(kMissingBin);
    return find(*number);
}

std::optional<std::uint32_t> CategoryBins::find(double number) const {
    const auto at = by_number_.find(std::bit_cast<std::uint64_t>(number));
    if (at == by_number_.end()) return std::nullopt;
    return at->second;
}

std::string CategoryBins::name_of(std::string_view text) const {
    const auto number = all_numbers_ ? parse_python_float(text) : std::nullopt;
    if (number) return python_float(*number);
    std::string name;
    for (const char c : text) {
        if (c == '\0') {
            name += "\\u0000";
        } else {
            name += c;
        }
    }
    return name;
}

}  // namespace boxkited
