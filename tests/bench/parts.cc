// The parts of the daemon's work, and what others take for the same: times for one event, value or
// scrape. rows/parts.py makes the rows of the table of it; by hand:
//
//   parts --benchmark_filter=decode
#include <benchmark/benchmark.h>
#include <prometheus/exposer.h>
#include <prometheus/histogram.h>
#include <prometheus/registry.h>
#include <prometheus/text_serializer.h>
#include <zlib.h>

#include <cstring>
#include <random>

#include "base/gzip_member.h"
#include "bench/input.h"
#include "drift/evaluation.h"
#include "event/event_decoder.h"
#include "exposition/distributions_text.h"
#include "exposition/drift_text.h"
#include "monitor/live_distributions.h"
#include "prediction_log/line_queue.h"
#include "prediction_log/log_line.h"

namespace {

using namespace boxkited;
using benchmark::DoNotOptimize;
using benchmark::State;

constexpr std::size_t kEvents = 100;
const WallTime kNow{std::chrono::seconds(1'714'569'302)};

const PredictionEvent& decoded(EventDecoder& decoder, std::string_view json) {
    decoder.begin_event(json);
    const auto event = decoder.next();
    if (!event || !*event) throw std::logic_error("an event was refused");
    return ***event;
}

std::size_t features_of(const State& state) { return static_cast<std::size_t>(state.range(0)); }

// ---- One event ----

void decode(State& state) {
    const auto events = bench::make_events(features_of(state), kEvents);
    EventDecoder decoder(128);
    std::size_t i = 0;
    std::size_t bytes = 0;
    for (auto _ : state) {
        DoNotOptimize(&decoded(decoder, events[i]));
        bytes += events[i].size();
        i = (i + 1) % kEvents;
    }
    state.SetBytesProcessed(static_cast<std::int64_t>(bytes));
}
BENCHMARK(decode)->Arg(10)->Arg(100)->Arg(1000);

void format(State& state) {
    const auto json = bench::make_events(features_of(state), 1).front();
    EventDecoder decoder(128);
    const PredictionEvent& event = decoded(decoder, json);
    std::string line;
    for (auto _ : state) {
        line.clear();
        append_log_line(line, event, "server-1/2024-05-01T13:15:02/0f8fad5b", "0f8fad5b",
                        "server-1", kNow, kNow);
        DoNotOptimize(line.data());
    }
}
BENCHMARK(format)->Arg(10)->Arg(100)->Arg(1000);

// Threads append to one queue; the first takes out what all have put in.
void append(State& state) {
    static SystemClock clock;
    static const PredictionLogOptions options;
    static std::unique_ptr<LineQueue> queue;
    if (state.thread_index() == 0) queue = std::make_unique<LineQueue>(options, clock);
    LineBatch batch;
    batch.text().assign(521, 'x').append("\n");
    batch.end_line(partition_of(kNow, options.partition));
    LinePieces pieces;
    std::uint64_t count = 0;
    for (auto _ : state) {
        DoNotOptimize(queue->append(batch, Transport::kHttp));
        if (state.thread_index() != 0 || ++count % 500 != 0) continue;
        queue->take(pieces, LineQueue::Call::kDue);
        queue->note_written(pieces);
        queue->release(pieces);
        pieces.clear();
    }
}
BENCHMARK(append)->Threads(1)->Threads(2)->UseRealTime();

// ---- One value ----

constexpr std::size_t kValues = 1024;  // A power of two: taking them in turn costs nothing.

std::vector<double> values_to_observe() {
    std::mt19937_64 random(11);
    std::normal_distribution<double> draw(0, 0.05);
    std::vector<double> values(kValues);
    for (double& value : values) value = draw(random);
    return values;
}

const std::vector<double>& bounds_to_observe() {
    static const std::vector<double> bounds = [] {
        std::vector<double> made;
        for (const auto& bucket : bench::make_baseline(1)->variables[0].numeric().buckets)
            if (std::isfinite(bucket.bound)) made.push_back(bucket.bound);
        return made;
    }();
    return bounds;
}

// As a request does it: all features of an event under one lock, with what is missing, out of
// range and in the sum. The time is that of one value.
void observe(State& state) {
    constexpr std::size_t kFeatures = 100;
    constexpr unsigned kMostThreads = 2;
    static std::unique_ptr<LiveDistributions> live;
    if (state.thread_index() == 0)
        live = std::make_unique<LiveDistributions>(bench::make_baseline(kFeatures), MonitorLimits(),
                                                   kMostThreads);
    const auto values = values_to_observe();
    std::vector<PredictionEvent> events(10);
    std::size_t next = 0;
    for (PredictionEvent& event : events) {
        event.features_json = "[]";
        event.feature_count = kFeatures;
        for (std::size_t i = 0; i < kFeatures; ++i)
            event.features.push_back({{}, {Value::Kind::kNumber, values[next++ % kValues], {}}});
    }
    std::size_t at = 0;
    while (state.KeepRunningBatch(kFeatures)) {
        Observation observation = live->begin(static_cast<unsigned>(state.thread_index()));
        observation.stage(events[at++ % events.size()]);
        observation.commit();
    }
}
BENCHMARK(observe)->Threads(1)->Threads(2);

// Which bucket, and one more in it: no more than that.
void observe_bucket_alone(State& state) {
    const auto values = values_to_observe();
    const BucketBounds bounds(bounds_to_observe());
    std::vector<std::uint64_t> counts(bounds_to_observe().size() + 1);
    double sum = 0;
    std::size_t i = 0;
    for (auto _ : state) {
        const double value = values[i++ % kValues];
        ++counts[bounds.bucket_of(value)];
        sum += value;
    }
    DoNotOptimize(counts.data());
    DoNotOptimize(sum);
}
BENCHMARK(observe_bucket_alone);

void observe_prometheus_cpp(State& state) {
    static std::unique_ptr<prometheus::Histogram> histogram;
    if (state.thread_index() == 0)
        histogram = std::make_unique<prometheus::Histogram>(bounds_to_observe());
    const auto values = values_to_observe();
    std::size_t i = 0;
    for (auto _ : state) histogram->Observe(values[i++ % kValues]);
}
BENCHMARK(observe_prometheus_cpp)->Threads(1)->Threads(2);

// ---- One scrape ----

struct ScrapeInput {
    explicit ScrapeInput(std::size_t features)
        : live(bench::make_baseline(features), {}, 1),
          snapshot(live.snapshot()),
          text(snapshot.layout) {
        std::mt19937_64 random(3);
        for (auto& count : snapshot.counts) count = random() % 100'000;
        for (auto& sum : snapshot.sums) sum = static_cast<double>(random() % 100'000) / 7;
        text.pack();
        text.append(plain, snapshot, TextFormat::kPrometheus004, {});
    }

    LiveDistributions live;
    LiveSnapshot snapshot;
    DistributionsText text;
    std::string plain;
};

// One of each size serves all benchmarks: packing takes long.
const ScrapeInput& scrape_input(std::size_t features) {
    static std::map<std::size_t, std::unique_ptr<ScrapeInput>> made;
    auto& input = made[features];
    if (!input) input = std::make_unique<ScrapeInput>(features);
    return *input;
}

void render(State& state) {
    const ScrapeInput& input = scrape_input(features_of(state));
    for (auto _ : state) {
        std::string out;
        input.text.append(out, input.snapshot, TextFormat::kPrometheus004, {});
        DoNotOptimize(out.data());
    }
    state.counters["bytes"] = static_cast<double>(input.plain.size());
}
BENCHMARK(render)->Arg(10)->Arg(100)->Arg(1000)->Arg(2000);

void render_memcpy(State& state) {
    const ScrapeInput& input = scrape_input(features_of(state));
    for (auto _ : state) {
        std::string out = input.plain;
        DoNotOptimize(out.data());
    }
}
BENCHMARK(render_memcpy)->Arg(1000);

// The same families in prometheus-cpp's registry.
void render_prometheus_cpp(State& state) {
    prometheus::Registry registry;
    for (std::size_t i = 0; i < features_of(state); ++i)
        for (const char* const suffix : {"_baseline", ""}) {
            auto& family = prometheus::BuildHistogram()
                               .Name("feature_" + std::to_string(i) + "_value" + suffix)
                               .Help("Baseline values")
                               .Register(registry);
            auto& histogram = family.Add({}, bounds_to_observe());
            for (const double value : values_to_observe()) histogram.Observe(value);
        }
    const prometheus::TextSerializer serializer;
    for (auto _ : state) {
        const std::string out = serializer.Serialize(registry.Collect());
        DoNotOptimize(out.data());
    }
}
BENCHMARK(render_prometheus_cpp)->Arg(1000);

void gzip_scrape(State& state) {
    const ScrapeInput& input = scrape_input(features_of(state));
    std::size_t bytes = 0;
    for (auto _ : state) {
        GzipMember member;
        input.text.append(member.text(), input.snapshot, TextFormat::kPrometheus004, {});
        const std::string out = std::move(member).finish("# EOF\n");
        bytes = out.size();
        DoNotOptimize(out.data());
    }
    state.counters["bytes"] = static_cast<double>(bytes);
}
BENCHMARK(gzip_scrape)->Arg(10)->Arg(100)->Arg(1000)->Arg(2000);

std::string gzip_by_zlib(const std::string& text, int level) {
    constexpr int kGzip = 15 + 16;  // The largest window, in a gzip member.
    z_stream stream{};
    if (deflateInit2(&stream, level, Z_DEFLATED, kGzip, 8, Z_DEFAULT_STRATEGY) != Z_OK)
        throw std::bad_alloc();
    std::string out(deflateBound(&stream, text.size()), '\0');
    stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(text.data()));
    stream.avail_in = static_cast<uInt>(text.size());
    stream.next_out = reinterpret_cast<Bytef*>(out.data());
    stream.avail_out = static_cast<uInt>(out.size());
    if (deflate(&stream, Z_FINISH) != Z_STREAM_END) throw std::logic_error("deflate");
    out.resize(stream.total_out);
    deflateEnd(&stream);
    return out;
}

// `range(1)` is the level.
void gzip_zlib(State& state) {
    const ScrapeInput& input = scrape_input(features_of(state));
    std::size_t bytes = 0;
    for (auto _ : state) {
        const std::string out = gzip_by_zlib(input.plain, static_cast<int>(state.range(1)));
        bytes = out.size();
        DoNotOptimize(out.data());
    }
    state.counters["bytes"] = static_cast<double>(bytes);
}
BENCHMARK(gzip_zlib)->Args({1000, 1})->Args({1000, 6});

// ---- One evaluation of drift ----

std::vector<WindowCounts> windows_of(const Layout& layout) {
    std::vector<WindowCounts> windows;
    for (const auto& [name, values] : {std::pair{"10m", 200}, std::pair{"1h", 10'000},
                                       std::pair{"24h", 100'000}, std::pair{"all", 1'000'000}})
        windows.push_back({name, std::chrono::seconds(1),
                           bench::make_drifted_counts(layout, static_cast<unsigned>(values))});
    return windows;
}

void drift_evaluation(State& state) {
    const auto layout = bench::make_mixed_layout(features_of(state));
    const auto windows = windows_of(*layout);
    Evaluator evaluator(layout, {});
    for (auto _ : state) {
        const Evaluation found = evaluator.evaluate(windows, {}, kNow);
        DoNotOptimize(&found);
    }
}
BENCHMARK(drift_evaluation)->Arg(10)->Arg(100)->Arg(1000);

// With lines that were made, and packed, for the same windows before.
void drift_text(State& state) {
    const auto layout = bench::make_mixed_layout(features_of(state));
    Evaluator evaluator(layout, {});
    const Evaluation found = evaluator.evaluate(windows_of(*layout), {}, kNow);
    const auto lines = PackedDriftLines::make(std::make_shared<DriftLines>(found));
    for (auto _ : state) {
        const DriftText text(lines, found);
        DoNotOptimize(&text);
    }
}
BENCHMARK(drift_text)->Arg(10)->Arg(100)->Arg(1000);

}  // namespace

BENCHMARK_MAIN();
