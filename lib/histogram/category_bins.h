#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

namespace boxkited {

// Hashes and compares texts of any kind, so that a map of strings is asked without making one.
struct TextHash {
    using is_transparent = void;
    std::size_t operator()(std::string_view text) const noexcept {
        return std::hash<std::string_view>{}(text);
    }
};
template <typename T>
using TextMap = std::unordered_map<std::string, T, TextHash, std::equal_to<>>;

// The bin of a missing value, and the bin of what found no bin of its own.
inline constexpr std::string_view kMissingBin = "nan";
inline constexpr std::string_view kOtherBin = "__other__";

// The bins of a categorical variable, by name, and which number stands in which.
//
//   CategoryBins sex({"0.0", "1.0", "nan"});
//   sex.find(1.0);    // 1: the bin that Python's str(float(x)) names.
//   sex.find("1");    // 1 as well: all its bins are numbers, so text is read as one.
//   sex.find("male"); // Nothing.
//
// A number whose own bin is missing stands in a bin that reads as the same number: 1 in `1`, or
// else `01`, and -0.0 in `0.0`.
//
// Threads: immutable.
class CategoryBins {
public:
    // Names differ.
    explicit CategoryBins(std::vector<std::string> names);

    std::optional<std::uint32_t> find(std::string_view text) const;
    std::optional<std::uint32_t> find(double number) const;

    // The name that a value has as a bin, whether there is one or not. A NUL in it is spelled
    // `\u0000`: as it is, it would end the scrape for Prometheus' parser.
    std::string name_of(std::string_view text) const;

    std::size_t size() const { return by_name_.size(); }

private:
    struct OtherSpelling {
        std::size_t length;
        double number;
        std::uint32_t bin;
    };

    void add_other_spellings(std::vector<OtherSpelling> others);
    void add_zero_of_other_sign();

    TextMap<std::uint32_t> by_name_;
    std::unordered_map<std::uint64_t, std::uint32_t> by_number_;  // By the bits of the double.
    bool all_numbers_;
};

}  // namespace boxkited
