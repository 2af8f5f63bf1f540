#pragma once

#include <compare>
#include <set>
#include <string>
#include <string_view>

namespace boxkited {

// Which families a scrape wants, by the `name[]` parameters of its query:
//
//   NameFilter filter("name[]=feature_0_value&name%5B%5D=feature_1_value_bucket");
//   filter.takes("feature_1_value");  // True: a sample name stands for its family.
//
// Names count the same with and without `_total`. Without a parameter, or with empty ones only,
// all families are taken.
//
// Threads: immutable.
class NameFilter {
public:
    NameFilter() = default;
    // What stands behind the `?`, as it came.
    explicit NameFilter(std::string_view query);

    bool takes_all() const { return families_.empty(); }
    bool takes(std::string_view family) const;

    auto operator<=>(const NameFilter&) const = default;

private:
    void add(std::string_view name);

    std::set<std::string, std::less<>> families_;  // Without `_total`.
};

}  // namespace boxkited
