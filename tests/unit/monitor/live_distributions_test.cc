#include "monitor/live_distributions.h"

#include <catch2/catch.hpp>
#include <cmath>
#include <limits>
#include <map>
#include <thread>

#include "event/event_decoder.h"

using namespace boxkited;

namespace {

using Counts = std::vector<std::uint64_t>;

constexpr char kBaseline[] = R"(# HELP feature_0_value_baseline Baseline values for feature: age
# TYPE feature_0_value_baseline histogram
feature_0_value_baseline_bucket{le="0.0"} 1.0
feature_0_value_baseline_bucket{le="0.5"} 2.0
feature_0_value_baseline_bucket{le="1.0"} 3.0
feature_0_value_baseline_bucket{le="+Inf"} 4.0
# HELP feature_2_value_baseline_total Baseline values for feature: sex
# TYPE feature_2_value_baseline_total counter
feature_2_value_baseline_total{bin="0.0"} 1.0
feature_2_value_baseline_total{bin="1.0"} 2.0
# HELP inference_value_baseline_total Baseline inference values for test set
# TYPE inference_value_baseline_total counter
inference_value_baseline_total{bin="setosa"} 1.0
)";

std::shared_ptr<const Baseline> baseline_of(std::string_view text) {
    auto baseline = parse_baseline(text);
    REQUIRE(baseline);
    return std::make_shared<const Baseline>(*std::move(baseline));
}

void observe(LiveDistributions& live, std::string_view lines, unsigned shard = 0) {
    EventDecoder decoder(128);
    decoder.begin_lines(lines);
    auto observation = live.begin(shard);
    while (const auto event = decoder.next())
        if (*event) observation.stage(***event);
    observation.commit();
}

// The counts of a variable in the order of its bins, then those of its new bins by name.
Counts counts_of(const LiveSnapshot& snapshot, std::uint32_t variable) {
    const auto& place = snapshot.layout->variables()[variable];
    const auto begin = snapshot.counts.begin() + place.first_slot;
    return Counts(begin, begin + place.slots);
}

std::map<std::string, std::uint64_t> new_bins_of(const LiveSnapshot& snapshot,
                                                 std::uint32_t variable) {
    std::map<std::string, std::uint64_t> bins;
    for (const NewBin& bin : snapshot.new_bins)
        if (bin.variable == variable) bins[bin.name] = snapshot.counts[bin.slot];
    return bins;
}

using Bins = std::map<std::string, std::uint64_t>;

}  // namespace

TEST_CASE("numbers count in the buckets of the baseline", "[monitor]") {
    LiveDistributions live(baseline_of(kBaseline), {}, 1);

    observe(live, R"({"features":[-1]}
{"features":[0.5]}
{"features":[0.75]}
{"features":["1.0"]}
{"features":[true]}
{"features":[2]})");

    CHECK(counts_of(live.snapshot(), 0) == Counts{1, 1, 3, 1});
    CHECK(live.snapshot().sums[0] == -1 + 0.5 + 0.75 + 1 + 1 + 2);
}

TEST_CASE("what is no finite number leaves the sum alone", "[monitor]") {
    LiveDistributions live(baseline_of(kBaseline), {}, 1);

    observe(live, R"({"features":[null]}
{"features":[NaN]}
{"features":["what"]}
{"features":[Infinity]}
{"features":[1e309]}
{"features":["nan"]}
{"features":[-Infinity]}
{"features":[0.25]})");

    CHECK(counts_of(live.snapshot(), 0) == Counts{1, 1, 0, 6});
    CHECK(live.snapshot().sums[0] == 0.25);
}

TEST_CASE("the sum never becomes infinite or NaN", "[monitor]") {
    LiveDistributions live(baseline_of(kBaseline), {}, 1);

    observe(live, R"({"features":[1e308]}
{"features":[1e308]}
{"features":[-1e308]})");

    CHECK(live.snapshot().sums[0] == 0);
    CHECK(counts_of(live.snapshot(), 0) == Counts{1, 0, 0, 2});
}

TEST_CASE("categories count by the spelling of Python", "[monitor]") {
    LiveDistributions live(baseline_of(kBaseline), {}, 1);

    observe(live, R"({"features":[0,0,1]}
{"features":[0,0,"1"]}
{"features":[0,0,true]}
{"features":[0,0,2]}
{"features":[0,0,null]}
{"features":[0,0,NaN]}
{"features":[0,0,"red"]}
{"output":"setosa"}
{"output":"1"}
{"output":1})");

    const LiveSnapshot snapshot = live.snapshot();
    CHECK(counts_of(snapshot, 1) == Counts{0, 3});
    CHECK(new_bins_of(snapshot, 1) == Bins{{"2.0", 1}, {"nan", 2}, {"red", 1}});
    CHECK(counts_of(snapshot, 2) == Counts{1});
    CHECK(new_bins_of(snapshot, 2) == Bins{{"1", 1}, {"1.0", 1}});
}

TEST_CASE("new bins are bounded by feature and in all and the rest is one bin", "[monitor]") {
    LiveDistributions live(baseline_of(kBaseline),
                           {.bins_per_feature = 2, .new_bins_total = 3, .bin_name_bytes = 4}, 1);

    observe(live, R"({"features":[0,0,"a"],"output":"p"}
{"features":[0,0,"b"],"output":"q"}
{"features":[0,0,"c"]}
{"features":[0,0,"a"],"output":"q"}
{"features":[0,0,"abcde"]}
{"features":[0,0,"c"]})");

    const LiveSnapshot snapshot = live.snapshot();
    CHECK(new_bins_of(snapshot, 1) == Bins{{"a", 2}, {"b", 1}, {"__other__", 3}});
    CHECK(new_bins_of(snapshot, 2) == Bins{{"p", 1}, {"__other__", 2}});
    CHECK(snapshot.not_counted == NotCountedTally{0, 0, 4, 1});
}

TEST_CASE("a mismatch is counted once an event and what is there counts", "[monitor]") {
    LiveDistributions live(baseline_of(kBaseline), {}, 1);

    observe(live, R"({"features":[0.5]}
{"features":[0.5,1,1,9,9]}
{"features":{"age":0.5}}
{"features":{"age":0.5,"sex":1}}
{"features":{"age":0.5,"sex":1,"shoe":44}}
{"features":[0.5,"not counted",1]}
{"output":"setosa"})");

    const LiveSnapshot snapshot = live.snapshot();
    CHECK(counts_of(snapshot, 0) == Counts{0, 6, 0, 0});
    CHECK(counts_of(snapshot, 1) == Counts{0, 4});
    CHECK(snapshot.not_counted == NotCountedTally{4, 0, 0, 0});
}

TEST_CASE("nested values are not counted", "[monitor]") {
    LiveDistributions live(baseline_of(kBaseline), {}, 1);

    observe(live, R"({"features":[[0.5],0,{"a":1}],"output":[0.1,0.9]})");

    const LiveSnapshot snapshot = live.snapshot();
    CHECK(snapshot.counts == Counts(snapshot.counts.size(), 0));
    CHECK(snapshot.not_counted == NotCountedTally{0, 3, 0, 0});
}

TEST_CASE("what is not committed was never there", "[monitor]") {
    LiveDistributions live(baseline_of(kBaseline), {}, 1);
    EventDecoder decoder(128);
    decoder.begin_event(R"({"features":[0.5,0,"new"]})");
    const auto event = decoder.next();

    live.begin(0).stage(***event);
    observe(live, R"({"output":"setosa"})");

    const LiveSnapshot snapshot = live.snapshot();
    CHECK(counts_of(snapshot, 0) == Counts{0, 0, 0, 0});
    CHECK(snapshot.new_bins.empty());
    CHECK(counts_of(snapshot, 2) == Counts{1});
}

TEST_CASE("without a baseline nothing is counted", "[monitor]") {
    LiveDistributions live(std::make_shared<const Baseline>(), {}, 1);

    observe(live, R"({"features":[1,2,3],"output":4}
{"features":{"a":1}})");

    const LiveSnapshot snapshot = live.snapshot();
    CHECK(snapshot.counts.empty());
    CHECK(snapshot.not_counted == NotCountedTally{});
}

TEST_CASE("shards add up and a new bin is one over all of them", "[monitor]") {
    LiveDistributions live(baseline_of(kBaseline), {}, 2);

    observe(live, R"({"features":[0.5,0,"x"]})", 0);
    observe(live, R"({"features":[0.5,0,"y"]})", 1);
    observe(live, R"({"features":[0.25,0,"x"]})", 1);

    const LiveSnapshot snapshot = live.snapshot();
    CHECK(counts_of(snapshot, 0) == Counts{0, 3, 0, 0});
    CHECK(snapshot.sums[0] == 1.25);
    CHECK(new_bins_of(snapshot, 1) == Bins{{"x", 2}, {"y", 1}});
}

TEST_CASE("a reload keeps what is unchanged and begins the rest anew", "[monitor]") {
    LiveDistributions live(baseline_of(kBaseline), {}, 2);
    observe(live, R"({"features":[0.5,0,"new"],"output":"setosa"})", 0);
    observe(live, R"({"features":[0.5,0,1],"output":"other"})", 1);

    std::string changed(kBaseline);
    changed.replace(changed.find("0.5"), 3, "0.6");
    live.reload(baseline_of(changed), {});
    observe(live, R"({"features":[0.55,0,"new"],"output":"setosa"})", 1);

    const LiveSnapshot snapshot = live.snapshot();
    CHECK(counts_of(snapshot, 0) == Counts{0, 1, 0, 0});
    CHECK(snapshot.sums[0] == 0.55);
    CHECK(counts_of(snapshot, 1) == Counts{0, 1});
    CHECK(new_bins_of(snapshot, 1) == Bins{{"new", 2}});
    CHECK(counts_of(snapshot, 2) == Counts{2});
    CHECK(new_bins_of(snapshot, 2) == Bins{{"other", 1}});
}

TEST_CASE("no snapshot shows half an event", "[monitor]") {
    LiveDistributions live(baseline_of(kBaseline), {}, 2);
    const auto total = [](const Counts& counts) {
        std::uint64_t sum = 0;
        for (const std::uint64_t count : counts) sum += count;
        return sum;
    };

    std::thread writers[2];
    for (unsigned shard = 0; shard < 2; ++shard)
        writers[shard] = std::thread([&live, shard] {
            for (int i = 0; i < 5000; ++i)
                observe(live, R"({"features":[0.5,0,1],"output":"setosa"})", shard);
        });
    std::uint64_t seen = 0;
    while (seen < 10'000) {
        const LiveSnapshot snapshot = live.snapshot();
        seen = total(counts_of(snapshot, 0));
        REQUIRE(total(counts_of(snapshot, 1)) == seen);
        REQUIRE(total(counts_of(snapshot, 2)) == seen);
        REQUIRE(snapshot.sums[0] == 0.5 * static_cast<double>(seen));
    }
    for (std::thread& writer : writers) writer.join();
}
