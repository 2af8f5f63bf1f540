#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "base/result.h"

namespace boxkited {

// The training distribution of a number: how many values lie at or below each bound.
struct NumericBaseline {
    struct Bucket {
        std::string le;  // The bound as the file spells it; the last one is "+Inf".
        double bound;    // Strictly increasing; the last one is infinite.
        double count;    // Cumulative.
    };
    std::vector<Bucket> buckets;
    std::optional<double> sum;    // Absent in the file, or the first bound is negative.
    std::optional<double> count;  // The same.

    // A histogram whose first bound is negative has no `_sum`, as OpenMetrics rules.
    bool begins_negative() const { return buckets.front().bound < 0; }
};

// The training distribution of a category: how many values were in each bin.
struct CategoryBaseline {
    struct Bin {
        std::string name;
        double count;
    };
    std::vector<Bin> bins;  // In the order of the file; names differ.
};

// What training saw of one feature, or of the predictions.
struct BaselineVariable {
    std::string metric_name;             // The live family without `_total`: "feature_0_value",
                                         // "inference_value".
    std::optional<std::uint32_t> index;  // The place of the feature; none for the predictions.
    std::string feature_name;            // "age", or the whole help text when it names none.
    std::string help;                    // Of the baseline family.
    std::variant<NumericBaseline, CategoryBaseline> distribution;

    bool is_numeric() const { return std::holds_alternative<NumericBaseline>(distribution); }
    const NumericBaseline& numeric() const { return std::get<NumericBaseline>(distribution); }
    const CategoryBaseline& category() const { return std::get<CategoryBaseline>(distribution); }
    // What drift calls it: the name of the feature, `inference` for the predictions.
    std::string_view name() const { return index ? std::string_view(feature_name) : "inference"; }
    // Of the live family: "Real time" where the baseline's help says "Baseline".
    std::string live_help() const;

    // Whether a reload may keep the live counts: all that the baseline text says is the same.
    friend bool operator==(const BaselineVariable&, const BaselineVariable&);
};

// What training saw. Immutable once read. Features come in order of their index, which may have
// gaps, then the predictions, if the file has them.
struct Baseline {
    std::vector<BaselineVariable> variables;

    // How many features an event in array form should have: the highest index and one.
    std::size_t feature_count() const;
};

// Where and why a baseline file cannot be used.
struct BaselineError {
    std::size_t line;  // From 1; 0 when the file as a whole is meant.
    std::string reason;
};
// "histogram.prom:14: bounds of feature_2_value_baseline do not increase"
std::string to_string(const BaselineError& error, std::string_view file);

// Reads the Prometheus text that Boxkite's `export_text` writes. Takes families that end in
// `_baseline` once `_total` is taken off, histograms and counters, and passes over all others.
// Of a histogram `_sum` and `_count` may be missing; families may come in any order.
//
// Threads: any.
Result<Baseline, BaselineError> parse_baseline(std::string_view text);
Result<Baseline, BaselineError> read_baseline(const std::filesystem::path& file);

// The text that parse_baseline() reads back as the same baseline, in Boxkite's manner.
std::string to_prometheus_text(const Baseline& baseline);

}  // namespace boxkited
