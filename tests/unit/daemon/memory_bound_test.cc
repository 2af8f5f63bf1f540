#include "daemon/memory_bound.h"

#include <catch2/catch.hpp>
#include <map>
#include <memory>
#include <string>

#include "baseline/baseline.h"

namespace boxkited {
namespace {

constexpr std::uint64_t kMiB = 1 << 20;

BaselineVariable variable(std::uint32_t index) {
    BaselineVariable made;
    made.metric_name = "feature_" + std::to_string(index) + "_value";
    made.index = index;
    return made;
}

BaselineVariable number(std::uint32_t index) {
    BaselineVariable made = variable(index);
    made.distribution = NumericBaseline{{{"1.0", 1, 1}, {"+Inf", 2, 2}}, {}, {}};
    return made;
}

BaselineVariable category(std::uint32_t index) {
    BaselineVariable made = variable(index);
    made.distribution = CategoryBaseline{{{"a", 1}}};
    return made;
}

Layout layout_of(std::vector<BaselineVariable> variables) {
    return Layout(std::make_shared<const Baseline>(Baseline{std::move(variables)}));
}

std::map<std::string, std::uint64_t> parts_of(const DaemonOptions& options, const Layout& layout) {
    std::map<std::string, std::uint64_t> parts;
    for (const auto& part : memory_bound(options, layout).parts)
        parts[std::string(part.name)] = part.bytes;
    return parts;
}

using Names = std::vector<std::string>;

// The parts that a change of the default options makes larger.
Names grown(void (*raise)(DaemonOptions&)) {
    const Layout layout = layout_of({number(0), category(1)});
    DaemonOptions raised;
    raise(raised);
    const DaemonOptions options;
    const auto before = parts_of(options, layout);
    Names names;
    for (const auto& [name, bytes] : parts_of(raised, layout))
        if (bytes > before.at(name)) names.push_back(name);
    return names;
}

TEST_CASE("the memory bound is the sum of its parts", "[daemon]") {
    const MemoryBound bound{{{"one", 1}, {"two", 20}, {"three", 300}}};

    CHECK(bound.total() == 321);
}

TEST_CASE("a limit that is raised makes its own parts of the memory bound larger", "[daemon]") {
    CHECK(grown([](DaemonOptions& o) { o.prediction_log.queue_bytes *= 2; }) == Names{"queue"});
    CHECK(grown([](DaemonOptions& o) { o.http.memory_bytes *= 2; }) == Names{"bodies_and_answers"});
    CHECK(grown([](DaemonOptions& o) { o.http.connections *= 2; }) == Names{"connections"});
    CHECK(grown([](DaemonOptions& o) { o.http.listeners[0].tls.emplace(); }) ==
          Names{"connections"});
    CHECK(grown([](DaemonOptions& o) { o.http.body_bytes *= 2; }) == Names{"threads"});
    CHECK(grown([](DaemonOptions& o) { o.http.threads = 2; }) ==
          Names{"live_counts", "scrapes", "threads"});
    CHECK(grown([](DaemonOptions& o) {
              o.drift.windows.push_back({"2h", std::chrono::hours(2)});
          }) == Names{"evaluation", "history", "scrapes", "texts", "windows"});
    CHECK(grown([](DaemonOptions& o) { o.prediction_log.hashed_features = {"a"}; }) ==
          Names{"threads"});
    CHECK(grown([](DaemonOptions& o) {
              o.prediction_log.features = PredictionLogOptions::Shape::kArray;
          }) == Names{"threads"});
    CHECK(grown([](DaemonOptions& o) { o.monitor.bins_per_feature *= 2; }) ==
          Names{"evaluation", "live_counts", "scrapes", "windows"});
}

TEST_CASE("a body that the queue can never hold takes no memory", "[daemon]") {
    const Layout layout = layout_of({number(0)});
    DaemonOptions options;
    options.prediction_log.queue_bytes = 2 * kMiB;
    options.http.body_bytes = 2 * kMiB;
    DaemonOptions larger = options;
    larger.http.body_bytes = 100 * kMiB;

    CHECK(memory_bound(larger, layout).total() == memory_bound(options, layout).total());
}

TEST_CASE("without a log there is no queue in the memory bound", "[daemon]") {
    DaemonOptions options;
    options.prediction_log.enabled = false;

    CHECK(parts_of(options, layout_of({})).at("queue") == 0);
}

TEST_CASE("a baseline of numbers has no room for new bins", "[daemon]") {
    CHECK(most_new_bins({}, layout_of({number(0), number(1)})) == 0);
    CHECK(most_new_bins({}, layout_of({number(0), category(1)})) == 1000 + 1);
    CHECK(most_new_bins({.new_bins_total = 1500}, layout_of({category(0), category(1)})) ==
          1500 + 2);
}

TEST_CASE("by default the memory bound is below three times what the limits name", "[daemon]") {
    std::vector<BaselineVariable> variables;
    for (std::uint32_t i = 0; i < 10; ++i) variables.push_back(number(i));

    const DaemonOptions options;
    const std::uint64_t limit = 2 * options.prediction_log.queue_bytes;

    CHECK(memory_bound(options, layout_of(variables)).total() < 3 * limit);
}

}  // namespace
}  // namespace boxkited
