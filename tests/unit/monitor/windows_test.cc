#include "monitor/windows.h"

#include <catch2/catch.hpp>

#include "event/event_decoder.h"

using namespace boxkited;
using namespace std::chrono_literals;

namespace {

const MonotonicTime kStart{1000h};
const WallTime kNow{std::chrono::sys_days{std::chrono::year(2026) / 5 / 1}};

constexpr std::string_view kAge =
    R"(# HELP feature_0_value_baseline Baseline values for feature: age
# TYPE feature_0_value_baseline histogram
feature_0_value_baseline_bucket{le="0.0"} 1.0
feature_0_value_baseline_bucket{le="1.0"} 3.0
feature_0_value_baseline_bucket{le="+Inf"} 4.0
)";
constexpr std::string_view kOtherAge =
    R"(# HELP feature_0_value_baseline Baseline values for feature: age
# TYPE feature_0_value_baseline histogram
feature_0_value_baseline_bucket{le="0.0"} 1.0
feature_0_value_baseline_bucket{le="0.5"} 2.0
feature_0_value_baseline_bucket{le="1.0"} 3.0
feature_0_value_baseline_bucket{le="+Inf"} 4.0
)";
constexpr std::string_view kSex =
    R"(# HELP feature_1_value_baseline_total Baseline values for feature: sex
# TYPE feature_1_value_baseline_total counter
feature_1_value_baseline_total{bin="m"} 1.0
feature_1_value_baseline_total{bin="f"} 2.0
)";

std::shared_ptr<const Baseline> baseline_of(std::string_view first, std::string_view second) {
    auto baseline = parse_baseline(std::string(first) + std::string(second));
    REQUIRE(baseline);
    return std::make_shared<const Baseline>(*std::move(baseline));
}

// Live distributions and their windows, of which one is read.
struct Monitored {
    LiveDistributions live;
    Windows windows;

    explicit Monitored(std::shared_ptr<const Baseline> baseline = baseline_of(kAge, kSex),
                       MonotonicTime now = kStart)
        : live(std::move(baseline), {}, 1),
          windows({{"1m", 60s}, {"1h", 3600s}}, now, live.snapshot()) {}

    void observe(std::string_view lines) {
        EventDecoder decoder(128);
        decoder.begin_lines(lines);
        auto observation = live.begin(0);
        while (const auto event = decoder.next())
            if (*event) observation.stage(***event);
        observation.commit();
    }
    void advance(MonotonicTime now) { windows.advance(now, live.snapshot()); }
    WindowCounts window(std::size_t position, MonotonicTime now) const {
        return windows.counts(now, live.snapshot())[position];
    }
};

}  // namespace

TEST_CASE("each window has its own length and the last one is all time", "[monitor]") {
    Monitored monitored;
    for (int i = 1; i <= 120; ++i) {
        monitored.observe(R"({"features":[0.5,"m"]})");
        monitored.advance(kStart + std::chrono::seconds(i));
    }

    const auto windows = monitored.windows.counts(kStart + 120s, monitored.live.snapshot());

    REQUIRE(windows.size() == 3);
    CHECK(windows[0].name == "1m");
    CHECK(windows[0].covered == 60s);
    CHECK(windows[0].counts == Counts{0, 60, 0, 0, 0, 0, 60, 0, 0, 0, 0});
    CHECK(windows[1].name == "1h");
    CHECK(windows[1].covered == 120s);
    CHECK(windows[1].counts == Counts{0, 120, 0, 0, 0, 0, 120, 0, 0, 0, 0});
    CHECK(windows[2].name == "all");
    CHECK(windows[2].counts == windows[1].counts);
}

TEST_CASE("windows count what is missing and beyond the bounds", "[monitor]") {
    Monitored monitored;

    monitored.observe(R"({"features":[null,null]}
{"features":["what","nan"]}
{"features":[NaN,NaN]}
{"features":[Infinity,"f"]}
{"features":[1.5,"f"]}
{"features":[-Infinity,"f"]}
{"features":[-0.5,"f"]}
{"features":[0,"f"]}
{"features":[1,"f"]})");

    // age: three buckets, missing, below, above; sex: two bins, missing, nothing, nothing; nan.
    CHECK(monitored.window(0, kStart).counts == Counts{3, 1, 5, 3, 2, 2, 0, 6, 3, 0, 0, 3});
}

TEST_CASE("a reload empties the windows of what has changed and keeps the rest", "[monitor]") {
    Monitored monitored;
    monitored.observe(R"({"features":[0.5,"m"]}
{"features":[0.5,"x"]})");
    monitored.advance(kStart + 5s);
    monitored.observe(R"({"features":[0.5,"y"]})");

    monitored.live.reload(baseline_of(kOtherAge, kSex), {});
    monitored.observe(R"({"features":[0.25,"x"]})");
    monitored.advance(kStart + 6s);

    // age: four buckets and nothing of before; sex: m, f, three more, x, y.
    CHECK(monitored.window(0, kStart).counts == Counts{0, 1, 0, 0, 0, 0, 0, 1, 0, 0, 0, 0, 2, 1});
    for (int i = 7; i < 200; ++i) monitored.advance(kStart + std::chrono::seconds(i));
    CHECK(monitored.window(0, kStart).counts == Counts(14));
    CHECK(monitored.window(1, kStart).counts == Counts{0, 1, 0, 0, 0, 0, 0, 1, 0, 0, 0, 0, 2, 1});
}

TEST_CASE("bins that a reload no longer admits go on in the bin of the rest", "[monitor]") {
    Monitored monitored;
    monitored.observe(R"({"features":[0.5,"x"]}
{"features":[0.5,"y"]}
{"features":[0.5,"z"]})");
    monitored.advance(kStart + 5s);

    monitored.live.reload(baseline_of(kAge, kSex), {.bins_per_feature = 1});
    monitored.advance(kStart + 6s);

    const LiveSnapshot live = monitored.live.snapshot();
    REQUIRE(live.new_bins.size() == 2);
    CHECK(live.new_bins[1].name == kOtherBin);
    CHECK(monitored.window(0, kStart).counts == Counts{0, 3, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1, 2});
}

TEST_CASE("a later process goes on with the windows of an earlier one", "[monitor]") {
    Monitored before;
    before.observe(R"({"features":[0.5,"z"]}
{"output":1,"features":[7,"a"]})");
    before.advance(kStart + 30s);
    before.observe(R"({"features":[0.5,"m"]})");
    const LiveSnapshot last = before.live.snapshot();
    const std::string bytes = pack(before.windows.state(kStart + 40s, last), *last.layout, kNow);

    const MonotonicTime now = kStart + 500h;
    Monitored after(baseline_of(kAge, kSex), now);
    const auto saved = unpack(bytes, *after.live.snapshot().layout);
    REQUIRE(saved);
    CHECK(saved->saved_at == kNow);
    after.live.make_bins(saved->state.bins);
    after.windows.restore(saved->state, now, 10s, after.live.snapshot());
    after.observe(R"({"features":[0.5,"a"]})");

    // age: three buckets and what is unusual; sex: m, f, three, and z and a.
    const Counts all{0, 3, 1, 0, 0, 1, 1, 0, 0, 0, 0, 1, 2};
    CHECK(after.window(0, now).counts == all);
    CHECK(after.window(0, now).covered == 50s);
    CHECK(after.window(1, now).counts == all);
    CHECK(after.window(2, now).counts == Counts{0, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1});
    for (int i = 1; i <= 40; ++i) after.advance(now + std::chrono::seconds(i));
    // The first of two steps has left.
    CHECK(after.window(0, now).counts == Counts{0, 2, 0, 0, 0, 0, 1, 0, 0, 0, 0, 0, 1});
}

TEST_CASE("what was saved too long ago is left behind", "[monitor]") {
    Monitored before;
    before.observe(R"({"features":[0.5,"m"]})");
    before.advance(kStart + 30s);
    const LiveSnapshot last = before.live.snapshot();

    const MonotonicTime now = kStart + 500h;
    Monitored after(baseline_of(kAge, kSex), now);
    after.windows.restore(before.windows.state(kStart + 30s, last), now, 10min,
                          after.live.snapshot());

    CHECK(after.window(0, now).counts == Counts(11));
    CHECK(after.window(1, now).counts == Counts{0, 1, 0, 0, 0, 0, 1, 0, 0, 0, 0});
}

TEST_CASE("saved windows that are damaged or of another baseline are not used", "[monitor]") {
    Monitored monitored;
    monitored.observe(R"({"features":[0.5,"x"]})");
    monitored.advance(kStart + 30s);
    const LiveSnapshot live = monitored.live.snapshot();
    const std::string good = pack(monitored.windows.state(kStart + 31s, live), *live.layout, kNow);
    REQUIRE(unpack(good, *live.layout));

    for (std::size_t size = 0; size < good.size(); ++size)
        CHECK_FALSE(unpack(good.substr(0, size), *live.layout));
    for (std::size_t at = 0; at < good.size(); ++at) {
        std::string flipped = good;
        flipped[at] = static_cast<char>(flipped[at] ^ 1);
        CHECK_FALSE(unpack(flipped, *live.layout));
    }
    const Monitored other(baseline_of(kOtherAge, kSex));
    CHECK(unpack(good, *other.live.snapshot().layout).error() == "it is of another baseline");
    CHECK(unpack("{}", *live.layout).error() == "it does not hold windows");
}

TEST_CASE("saved windows with what no process would save are not used", "[monitor]") {
    const Monitored monitored;
    const auto layout = monitored.live.snapshot().layout;
    const auto is_used = [&](const WindowsState& state, WallTime saved_at = kNow) {
        return unpack(pack(state, *layout, saved_at), *layout).has_value();
    };
    const auto with_bin = [&](std::uint32_t variable, std::string name) {
        return WindowsState{.bins = {{variable, layout->slots(), std::move(name)}}, .windows = {}};
    };
    const auto with_steps = [&](std::vector<WindowsState::Step> steps) {
        return WindowsState{.bins = {}, .windows = {{60s, std::move(steps)}}};
    };
    const CountDelta nothing;

    CHECK(is_used(with_bin(1, "blue")));
    CHECK_FALSE(is_used(with_bin(0, "blue")));
    CHECK_FALSE(is_used(with_bin(2, "blue")));
    CHECK_FALSE(is_used(with_bin(1, "m")));
    CHECK_FALSE(is_used(with_bin(1, "\xff")));
    CHECK_FALSE(is_used(with_bin(1, std::string("a\0", 2))));
    CHECK_FALSE(is_used({.bins = {{1, 20, "x"}, {1, 21, "x"}}, .windows = {}}));

    CHECK(is_used(with_steps({{60s, nothing}, {20s, nothing}, {20s, nothing}})));
    CHECK_FALSE(is_used(with_steps({{20s, nothing}, {60s, nothing}})));
    CHECK_FALSE(is_used(with_steps({{24h * 1001, nothing}})));
    CHECK_FALSE(is_used(with_steps(std::vector<WindowsState::Step>(200, {20s, nothing}))));
    CHECK_FALSE(is_used(with_steps({{20s, CountDelta({}, Counts(100, 1))}})));
    CHECK_FALSE(is_used({.bins = {}, .windows = {{24h * 1001, {}}}}));
    CHECK_FALSE(is_used({}, kNow + std::chrono::days(365 * 9000)));
}
