// What drift costs: one evaluation and its text on /metrics, plain and deflated, held against one
// plain scrape.
//
//   drift_speed [VARIABLES...]     CPU milliseconds, medians of 15, of the single thread
//
// Half of the variables are continuous with 32 buckets, half discrete with 32 bins; all have
// drifted a little. Three windows and the one of all time.
#include <algorithm>
#include <cstdio>
#include <ctime>
#include <functional>
#include <random>
#include <string>
#include <vector>

#include "drift/evaluation.h"
#include "exposition/distributions_text.h"
#include "exposition/drift_text.h"

namespace {

using namespace boxkited;

constexpr std::uint32_t kBins = 32;
const std::vector<std::pair<std::string, std::uint64_t>> kWindows{
    {"10m", 200}, {"1h", 10'000}, {"24h", 100'000}, {"all", 1'000'000}};

BaselineVariable variable(std::uint32_t index) {
    BaselineVariable made{"feature_" + std::to_string(index) + "_value",
                          index,
                          "name" + std::to_string(index),
                          "Baseline values",
                          {}};
    if (index % 2 == 0) {
        NumericBaseline numeric;
        for (std::uint32_t i = 1; i < kBins; ++i)
            numeric.buckets.push_back({std::to_string(i) + ".0", double(i), 100.0 * i});
        numeric.buckets.push_back({"+Inf", HUGE_VAL, 100.0 * kBins});
        made.distribution = numeric;
    } else {
        CategoryBaseline category;
        for (std::uint32_t i = 0; i < kBins; ++i)
            category.bins.push_back({"category " + std::to_string(i), 100.0});
        made.distribution = category;
    }
    return made;
}

std::shared_ptr<const Layout> layout_of(std::uint32_t variables) {
    auto baseline = std::make_shared<Baseline>();
    for (std::uint32_t i = 0; i < variables; ++i) baseline->variables.push_back(variable(i));
    return std::make_shared<const Layout>(std::move(baseline));
}

Counts drifted(const Layout& layout, std::uint64_t values) {
    std::mt19937_64 random(values);
    std::vector<double> weights(kBins, 1);
    weights[3] = 1.5;
    std::discrete_distribution<std::uint32_t> bin(weights.begin(), weights.end());
    Counts counts(layout.slots());
    for (const Layout::Variable& place : layout.variables())
        for (std::uint64_t i = 0; i < std::min<std::uint64_t>(values, 1000); ++i)
            counts[place.first_slot + bin(random)] += std::max<std::uint64_t>(1, values / 1000);
    return counts;
}

double median_ms(const std::function<void()>& work) {
    std::vector<double> times;
    for (int i = 0; i < 15; ++i) {
        timespec before{};
        timespec after{};
        clock_gettime(CLOCK_THREAD_CPUTIME_ID, &before);
        work();
        clock_gettime(CLOCK_THREAD_CPUTIME_ID, &after);
        times.push_back(double(after.tv_sec - before.tv_sec) * 1e3 +
                        double(after.tv_nsec - before.tv_nsec) / 1e6);
    }
    std::nth_element(times.begin(), times.begin() + 7, times.end());
    return times[7];
}

void measure(std::uint32_t variables) {
    const auto layout = layout_of(variables);
    std::vector<WindowCounts> windows;
    for (const auto& [name, values] : kWindows)
        windows.push_back({name, std::chrono::seconds(1), drifted(*layout, values)});
    LiveSnapshot live;
    live.layout = layout;
    live.counts = windows.back().counts;
    live.sums.resize(variables);

    Evaluator evaluator(layout, {});
    Evaluation found;
    const double evaluation =
        median_ms([&] { found = evaluator.evaluate(windows, {}, WallTime()); });
    const auto lines = std::make_shared<DriftLines>(found);
    lines->pack();
    const double text = median_ms([&] { DriftText rendered(lines, found); });
    const DistributionsText distributions(layout);
    const double scrape = median_ms([&] {
        std::string out;
        distributions.append(out, live, TextFormat::kPrometheus004, NameFilter());
    });
    std::printf("%9u %12.2f %6.2f %9.2f %18.1f\n", variables, evaluation, text, scrape,
                evaluation / scrape);
}

}  // namespace

int main(int count, char** arguments) {
    std::printf("variables evaluation   text    scrape  evaluation/scrape\n");
    if (count == 1)
        for (const std::uint32_t variables : {10U, 100U, 1000U}) measure(variables);
    for (int i = 1; i < count; ++i) measure(static_cast<std::uint32_t>(std::stoul(arguments[i])));
}
