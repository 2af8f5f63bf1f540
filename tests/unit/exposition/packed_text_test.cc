#include <catch2/catch.hpp>
#include <cmath>
#include <random>

#include "base/gzip.h"
#include "exposition/distributions_text.h"
#include "exposition/drift_text.h"

using namespace boxkited;

namespace {

constexpr std::array kFormats{TextFormat::kPrometheus004, TextFormat::kOpenMetrics100};

// Baselines and what was counted live, of every kind and size that may come.
class Chance {
public:
    explicit Chance(std::uint64_t seed) : random_(seed) {}

    std::uint64_t below(std::uint64_t end) { return random_() % end; }

    // Of any length in digits.
    std::uint64_t count() { return below(4) == 0 ? 0 : random_() >> below(64); }

    double number() {
        const std::array rare{std::nan(""), HUGE_VAL, -HUGE_VAL,
                              -0.0,         5e-324,   -1.7976931348623157e308};
        if (below(4) == 0) return rare[below(rare.size())];
        return std::ldexp(static_cast<double>(random_()), static_cast<int>(below(200)) - 100) *
               (below(2) == 0 ? 1 : -1);
    }

    std::string name() {
        constexpr std::string_view kBytes = "abc 0123456789\"\\\n\x01\x7f\xc3\xa9_=,{}";
        std::string name;
        const std::uint64_t size = below(10) == 0 ? below(300) : below(12);
        while (name.size() < size) name += kBytes[below(kBytes.size())];
        return name + std::to_string(names_++);
    }

    BaselineVariable variable(std::uint32_t index) {
        BaselineVariable made{"feature_" + std::to_string(index) + "_value",
                              index,
                              name(),
                              below(4) == 0 ? "" : "Baseline values for feature: " + name(),
                              {}};
        if (below(2) == 0) {
            CategoryBaseline category;
            const std::uint64_t bins = below(40);
            for (std::uint64_t i = 0; i < bins; ++i)
                category.bins.push_back({name(), static_cast<double>(below(1000))});
            made.distribution = category;
        } else {
            NumericBaseline numeric;
            double bound = static_cast<double>(below(20)) - 10;
            double values = 0;
            for (std::uint64_t i = 1 + below(50); i > 0; --i) {
                bound += 0.001 * static_cast<double>(1 + below(1000));
                values += static_cast<double>(below(1000));
                numeric.buckets.push_back({std::to_string(bound), bound, values});
            }
            numeric.buckets.push_back({"+Inf", HUGE_VAL, values});
            made.distribution = numeric;
        }
        return made;
    }

    std::shared_ptr<const Layout> layout() {
        auto baseline = std::make_shared<Baseline>();
        for (std::uint32_t i = 0, end = static_cast<std::uint32_t>(below(60)); i < end; ++i)
            baseline->variables.push_back(variable(i));
        return std::make_shared<const Layout>(std::move(baseline));
    }

    LiveSnapshot snapshot(const std::shared_ptr<const Layout>& layout) {
        LiveSnapshot made;
        made.layout = layout;
        made.sums.resize(layout->variables().size());
        for (double& sum : made.sums) sum = number();
        std::uint32_t slots = layout->slots();
        for (std::uint32_t i = 0; i < layout->variables().size(); ++i)
            if (!layout->baseline().variables[i].is_numeric())
                for (std::uint64_t bins = below(8) == 0 ? below(500) : below(4); bins > 0; --bins)
                    made.new_bins.push_back({i, slots++, name()});
        made.counts.resize(slots);
        for (std::uint64_t& each : made.counts) each = count();
        return made;
    }

    // All families, or a few.
    NameFilter filter(const Layout& layout) {
        std::string query;
        if (below(2) == 0)
            for (const BaselineVariable& variable : layout.baseline().variables)
                if (below(3) == 0)
                    query +=
                        "name[]=" + variable.metric_name + (below(2) == 0 ? "_baseline&" : "&");
        return NameFilter(query);
    }

private:
    std::mt19937_64 random_;
    std::uint64_t names_ = 0;
};

// Inflates what append() deflates, or says why that is impossible.
template <typename Append>
std::string inflated(const Append& append) {
    GzipMember member;
    append(member.text());
    const auto text = gunzip(std::move(member).finish("end"), 1U << 30);
    return text ? *text : "no gzip";
}

std::vector<WindowCounts> windows(Chance& chance, const Layout& layout) {
    std::vector<WindowCounts> windows;
    for (const char* const name : {"1m", "1h", "all"}) {
        Counts counts(layout.slots());
        if (chance.below(3) > 0)
            for (std::uint64_t& each : counts) each = chance.below(chance.below(2) == 0 ? 2 : 1000);
        windows.push_back({name, std::chrono::minutes(1), std::move(counts)});
    }
    return windows;
}

}  // namespace

TEST_CASE("distributions are deflated to the bytes that they are without", "[exposition]") {
    Chance chance(GENERATE(range(0, 150)));
    DistributionsText text(chance.layout());
    text.pack();
    for (int i = 0; i < 20; ++i) {
        const LiveSnapshot snapshot = chance.snapshot(text.layout());
        const NameFilter filter = chance.filter(*text.layout());
        const TextFormat format = kFormats[chance.below(2)];

        const auto back =
            inflated([&](DeflatedText& out) { text.append(out, snapshot, format, filter); });

        std::string plain;
        text.append(plain, snapshot, format, filter);
        REQUIRE(back == plain + "end");
    }
}

TEST_CASE("drift is deflated to the bytes that it is without", "[exposition]") {
    Chance chance(GENERATE(range(0, 40)));
    const auto layout = chance.layout();
    Evaluator evaluator(layout, {});
    const auto lines =
        std::make_shared<DriftLines>(evaluator.evaluate(windows(chance, *layout), {}, WallTime()));
    const auto packed = PackedDriftLines::make(lines);
    for (int i = 0; i < 5; ++i) {
        const auto evaluation = evaluator.evaluate(windows(chance, *layout), {}, WallTime());
        REQUIRE(lines->suit(evaluation));
        const DriftText text(packed, evaluation);
        const TextFormat format = kFormats[chance.below(2)];
        const NameFilter filter(
            chance.below(2) == 0 ? "" : "name[]=boxkite_drift_share&name[]=boxkite_missing_ratio");

        const auto back = inflated([&](DeflatedText& out) { text.append(out, format, filter); });

        std::string plain;
        DriftText(evaluation).append(plain, format, filter);
        REQUIRE(back == plain + "end");
    }
}

TEST_CASE("lines suit evaluations of their windows and variables only", "[exposition]") {
    Chance chance(3);
    const auto layout = chance.layout();
    const auto two = [&](const std::string& name) {
        return Evaluator(layout, {})
            .evaluate({{"1h", std::chrono::hours(1), Counts(layout->slots())},
                       {name, std::chrono::hours(2), Counts(layout->slots())}},
                      {}, WallTime());
    };
    DriftOptions ignoring;
    ignoring.features[layout->baseline().variables[0].feature_name].ignore = true;
    const DriftLines lines(two("all"));

    CHECK(lines.suit(two("all")));
    CHECK_FALSE(lines.suit(two("2h")));
    CHECK_FALSE(lines.suit(Evaluator(chance.layout(), {}).evaluate({}, {}, WallTime())));
    CHECK_FALSE(lines.suit(Evaluator(layout, ignoring)
                               .evaluate({{"1h", std::chrono::hours(1), Counts(layout->slots())},
                                          {"all", std::chrono::hours(2), Counts(layout->slots())}},
                                         {}, WallTime())));
}

TEST_CASE("who is asked to stop leaves the text as it is", "[exposition]") {
    Chance chance(5);
    DistributionsText text(chance.layout());
    const auto lines =
        std::make_shared<DriftLines>(Evaluator(text.layout(), {}).evaluate({}, {}, WallTime()));
    std::stop_source stop;
    stop.request_stop();

    text.pack(stop.get_token());

    CHECK_FALSE(text.is_packed());
    CHECK(PackedDriftLines::make(lines, stop.get_token()) == nullptr);
}

TEST_CASE("a text between two lines that begin alike may be longer than deflate looks back",
          "[exposition]") {
    LineTemplate lines;
    lines.begin_group("x", LineTemplate::kAllFormats);
    lines.add_line("a_line_of_some_length ");
    lines.add_room_for_lines();
    lines.add_line("a_line_of_some_length ");
    lines.add_line("a_line_of_some_length ");
    const PackedTemplate packed = PackedTemplate::make(lines, "#").value();
    const auto between = GENERATE(values<std::size_t>({0, 10, 32'700, 32'768, 32'800, 100'000}));
    LineValues values;
    values.add(std::uint64_t{7});
    values.add_lines(std::string(between, 'x') + '\n');
    values.add(std::uint64_t{8});
    values.add_none();

    const auto back = inflated([&](DeflatedText& out) { packed.append(out, values, {true}); });

    CHECK(back == "a_line_of_some_length 7\n" + std::string(between, 'x') +
                      "\na_line_of_some_length 8\nend");
}

TEST_CASE("packed text is no larger than what zlib makes of it", "[exposition]") {
    auto baseline = std::make_shared<Baseline>();
    std::mt19937_64 random(1);
    for (std::uint32_t i = 0; i < 100; ++i) {
        NumericBaseline numeric;
        for (int bucket = 1; bucket < 32; ++bucket) {
            const double bound = bucket * 0.1234567890123456;
            numeric.buckets.push_back({std::to_string(bound), bound, double(random() % 10'000)});
        }
        numeric.buckets.push_back({"+Inf", HUGE_VAL, 10'000});
        baseline->variables.push_back({"feature_" + std::to_string(i) + "_value", i,
                                       "name" + std::to_string(i), "Baseline values", numeric});
    }
    LiveSnapshot snapshot;
    snapshot.layout = std::make_shared<const Layout>(std::move(baseline));
    snapshot.counts.resize(snapshot.layout->slots());
    for (std::uint64_t& count : snapshot.counts) count = random() % 10'000;
    snapshot.sums.resize(100, 1234.5);
    DistributionsText text(snapshot.layout);
    text.pack();

    GzipMember member;
    text.append(member.text(), snapshot, TextFormat::kPrometheus004, NameFilter());

    std::string plain;
    text.append(plain, snapshot, TextFormat::kPrometheus004, NameFilter());
    constexpr int kUsual = 6;
    CHECK(std::move(member).finish("").size() < deflated(plain, kUsual).blocks.size());
}
