#include "baseline/category_counts.h"

#include <algorithm>
#include <string>
#include <utility>
#include <vector>

namespace boxkited {

void CategoryCounts::add(std::string_view name) {
    if (name == kOtherBin) return add_other();
    if (name == kMissingBin) return add_missing();
    if (name.find('\0') != name.npos) {
        ++counts_[CategoryBins({}).name_of(name)];
    } else if (const auto at = counts_.find(name); at != counts_.end()) {
        ++at->second;
    } else {
        counts_.emplace(name, 1);
    }
}

CategoryBaseline CategoryCounts::baseline(std::size_t most) const {
    std::vector<std::pair<std::string_view, std::uint64_t>> bins(counts_.begin(), counts_.end());
    std::sort(bins.begin(), bins.end(), [](const auto& a, const auto& b) {
        return a.second != b.second ? a.second > b.second : a.first < b.first;
    });
    std::uint64_t other = other_;
    for (; bins.size() > most; bins.pop_back()) other += bins.back().second;
    std::sort(bins.begin(), bins.end());

    CategoryBaseline baseline;
    const auto add_bin = [&](std::string_view name, std::uint64_t count) {
        if (count != 0) baseline.bins.push_back({std::string(name), static_cast<double>(count)});
    };
    for (const auto& [name, count] : bins) add_bin(name, count);
    add_bin(kOtherBin, other);
    add_bin(kMissingBin, missing_);
    return baseline;
}

}  // namespace boxkited
