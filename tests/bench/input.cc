#include "bench/input.h"

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <random>

namespace boxkited::bench {

namespace {

constexpr std::uint32_t kBounds = 32;

double between(double low, double high, std::mt19937_64& random) {
    return low + (high - low) * static_cast<double>(random() >> 11) / 0x1p53;
}

std::string decimal(double value, int decimals) {
    char text[32];
    const int size = std::snprintf(text, sizeof text, "%.*f", decimals, value);
    return {text, static_cast<std::size_t>(size)};
}

std::string make_event(std::size_t features, std::mt19937_64& random) {
    std::string values;
    for (std::size_t i = 0; i < features; ++i) {
        const int decimals = 9 + static_cast<int>(random() % 3);
        values += (i == 0 ? "" : ",") + decimal(between(-0.1, 0.1, random), decimals);
    }
    return R"({"features":[)" + values + R"(],"output":)" + decimal(between(50, 250, random), 9) +
           R"(,"request_body":"{\"instances\":[[)" + values.substr(0, 120) +
           R"(]],\"model\":\"diabetes-v3\",\"trace\":\"8d116ece1738f7d93d9c172411e20b8f\"}"})";
}

NumericBaseline numeric(double low, double high) {
    NumericBaseline made;
    for (std::uint32_t i = 0; i < kBounds; ++i) {
        const double bound = low + (high - low) * i / (kBounds - 1);
        made.buckets.push_back({decimal(bound, 16), bound, 100.0 * (i + 1)});
    }
    made.buckets.push_back({"+Inf", HUGE_VAL, 100.0 * (kBounds + 1)});
    return made;
}

CategoryBaseline categories() {
    CategoryBaseline made;
    for (std::uint32_t i = 0; i < kBounds; ++i)
        made.bins.push_back({"category " + std::to_string(i), 100.0});
    return made;
}

BaselineVariable feature(std::uint32_t index) {
    return {"feature_" + std::to_string(index) + "_value", index, "name" + std::to_string(index),
            "Baseline values", numeric(-0.1, 0.1)};
}

}  // namespace

std::vector<std::string> make_events(std::size_t features, std::size_t count) {
    std::mt19937_64 random(7);
    std::vector<std::string> events;
    for (std::size_t i = 0; i < count; ++i) events.push_back(make_event(features, random));
    return events;
}

std::shared_ptr<const Baseline> make_baseline(std::size_t features) {
    auto baseline = std::make_shared<Baseline>();
    for (std::uint32_t i = 0; i < features; ++i) baseline->variables.push_back(feature(i));
    baseline->variables.push_back(
        {"inference_value", std::nullopt, "", "Baseline values", numeric(50, 250)});
    return baseline;
}

std::shared_ptr<const Layout> make_mixed_layout(std::size_t variables) {
    auto baseline = std::make_shared<Baseline>();
    for (std::uint32_t i = 0; i < variables; ++i) {
        BaselineVariable& made = baseline->variables.emplace_back(feature(i));
        if (i % 2 == 1) made.distribution = categories();
    }
    return std::make_shared<const Layout>(std::move(baseline));
}

std::vector<std::uint64_t> make_drifted_counts(const Layout& layout, std::uint64_t values) {
    std::mt19937_64 random(values);
    std::vector<double> weights(kBounds, 1);
    weights[3] = 1.5;
    std::discrete_distribution<std::uint32_t> bin(weights.begin(), weights.end());
    const std::uint64_t drawn = std::min<std::uint64_t>(values, 1000);
    std::vector<std::uint64_t> counts(layout.slots());
    for (const Layout::Variable& place : layout.variables())
        for (std::uint64_t i = 0; i < drawn; ++i)
            counts[place.first_slot + bin(random)] += values / drawn;
    return counts;
}

}  // namespace boxkited::bench
