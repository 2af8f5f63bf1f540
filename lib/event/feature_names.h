#pragma once

#include <cstddef>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace boxkited {

// What the places of features in array form are called.
//
// Threads: any may read.
class FeatureNames {
public:
    FeatureNames() = default;
    // A place whose name is empty has none. When two are named alike, the name is the first one's.
    explicit FeatureNames(std::vector<std::string> names) : names_(std::move(names)) {
        for (std::size_t place = 0; place < names_.size(); ++place)
            if (!names_[place].empty()) places_.emplace(names_[place], place);
    }

    std::size_t size() const { return names_.size(); }
    std::string_view at(std::size_t place) const { return names_[place]; }
    std::optional<std::size_t> find(std::string_view name) const {
        const auto found = places_.find(name);
        return found == places_.end() ? std::nullopt : std::optional(found->second);
    }

private:
    std::vector<std::string> names_;
    std::map<std::string, std::size_t, std::less<>> places_;
};

}  // namespace boxkited
