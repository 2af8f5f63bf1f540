#include "baseline/baseline.h"

#include <algorithm>
#include <bit>

namespace boxkited {

namespace {

// A sum may be NaN, which is the same as itself here.
bool is_same(double a, double b) {
    return std::bit_cast<std::uint64_t>(a) == std::bit_cast<std::uint64_t>(b);
}

bool is_same(const std::optional<double>& a, const std::optional<double>& b) {
    return a.has_value() == b.has_value() && (!a || is_same(*a, *b));
}

bool is_same(const NumericBaseline& a, const NumericBaseline& b) {
    return std::equal(a.buckets.begin(), a.buckets.end(), b.buckets.begin(), b.buckets.end(),
                      [](const auto& x, const auto& y) {
                          return x.le == y.le && is_same(x.bound, y.bound) &&
                                 is_same(x.count, y.count);
                      }) &&
           is_same(a.sum, b.sum) && is_same(a.count, b.count);
}

bool is_same(const CategoryBaseline& a, const CategoryBaseline& b) {
    return std::equal(
        a.bins.begin(), a.bins.end(), b.bins.begin(), b.bins.end(),
        [](const auto& x, const auto& y) { return x.name == y.name && is_same(x.count, y.count); });
}

}  // namespace

std::string BaselineVariable::live_help() const {
    constexpr std::string_view kBaseline = "Baseline";
    if (!help.starts_with(kBaseline)) return help;
    return "Real time" + help.substr(kBaseline.size());
}

bool operator==(const BaselineVariable& a, const BaselineVariable& b) {
    if (a.metric_name != b.metric_name || a.index != b.index || a.help != b.help ||
        a.feature_name != b.feature_name || a.is_numeric() != b.is_numeric())
        return false;
    return a.is_numeric() ? is_same(a.numeric(), b.numeric()) : is_same(a.category(), b.category());
}

std::size_t Baseline::feature_count() const {
    std::size_t count = 0;
    for (const BaselineVariable& variable : variables)
        if (variable.index) count = std::max(count, std::size_t{*variable.index} + 1);
    return count;
}

std::string to_string(const BaselineError& error, std::string_view file) {
    std::string text(file);
    if (error.line != 0) (text += ':') += std::to_string(error.line);
    return (text += ": ") += error.reason;
}

}  // namespace boxkited
