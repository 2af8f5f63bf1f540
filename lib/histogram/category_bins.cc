#include "histogram/category_bins.h"

#include <algorithm>
#include <bit>
#include <cmath>

#include "base/number_text.h"

namespace boxkited {

CategoryBins::CategoryBins(std::vector<std::string> names) : all_numbers_(!names.empty()) {
    std::vector<OtherSpelling> others;
    for (std::string& name : names) {
        const auto bin = static_cast<std::uint32_t>(by_name_.size());
        const auto number = parse_python_float(name);
        if (!number) all_numbers_ = false;
        if (number && python_float(*number) == name)
            by_number_.emplace(std::bit_cast<std::uint64_t>(*number), bin);
        else if (number && !std::isnan(*number))
            others.push_back({name.size(), *number, bin});
        by_name_.emplace(std::move(name), bin);
    }
    add_other_spellings(std::move(others));
    add_zero_of_other_sign();
}

// `1` before `01`.
void CategoryBins::add_other_spellings(std::vector<OtherSpelling> others) {
    std::stable_sort(others.begin(), others.end(),
                     [](const auto& a, const auto& b) { return a.length < b.length; });
    for (const OtherSpelling& other : others)
        by_number_.emplace(std::bit_cast<std::uint64_t>(other.number), other.bin);
}

void CategoryBins::add_zero_of_other_sign() {
    for (const double zero : {0.0, -0.0})
        if (const auto bin = find(-zero))
            by_number_.emplace(std::bit_cast<std::uint64_t>(zero), *bin);
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
