// The work of one event, part by part, for a tool that counts instructions:
//
//   instruction_budget PART EVENTS
//
//   request   cut one HTTP request from bytes, judge its header, write the head of its answer
//   event     Pipeline::accept of one event of 10 features: decode, observe, write its log line
//   lines     the same in an NDJSON body of 100 events
//   append    take a log line into the queue, and let go of it when it is written
//
// Input is the same in each run, nothing waits, and no other thread runs, so that the difference
// of two runs of different length is what the events between cost. test_instruction_budget.py
// holds it against what it may be.
#include <cstdio>
#include <cstdlib>
#include <functional>
#include <map>
#include <random>
#include <string>
#include <vector>

#include "baseline/baseline.h"
#include "http/answer.h"
#include "http/request_stream.h"
#include "ingest/pipeline.h"
#include "prediction_log/line_queue.h"
#include "support/manual_clock.h"

namespace {

using namespace boxkited;

constexpr std::size_t kFeatures = 10;
constexpr std::size_t kBodies = 100;
const Identity kIdentity{"endpoint", "logger", "replica", "server-1"};
const WallTime kNow{std::chrono::seconds(1'714'569'302)};

[[noreturn]] void fail(const char* what) {
    std::fprintf(stderr, "instruction_budget: %s\n", what);
    std::exit(1);
}

std::string decimal(double value, int decimals) {
    char text[32];
    return {text,
            static_cast<std::size_t>(std::snprintf(text, sizeof text, "%.*f", decimals, value))};
}

std::string make_event(std::mt19937_64& random) {
    const auto between = [&](double low, double high) {
        return low + (high - low) * static_cast<double>(random() >> 11) / 0x1p53;
    };
    std::string values;
    for (std::size_t i = 0; i < kFeatures; ++i)
        values += (i == 0 ? "" : ",") + decimal(between(-0.1, 0.1), 9 + static_cast<int>(i % 3));
    return R"({"features":[)" + values + R"(],"output":)" + decimal(between(50, 250), 9) +
           R"(,"request_body":"{\"instances\":[[)" + values +
           R"(]],\"model\":\"diabetes-v3\",\"trace\":\"8d116ece1738f7d93d9c172411e20b8f\"}"})";
}

std::vector<std::string> make_events() {
    std::mt19937_64 random(7);
    std::vector<std::string> events;
    for (std::size_t i = 0; i < kBodies; ++i) events.push_back(make_event(random));
    return events;
}

NumericBaseline numeric(double low, double high) {
    constexpr int kBounds = 32;
    NumericBaseline made;
    for (int i = 0; i < kBounds; ++i) {
        const double bound = low + (high - low) * i / (kBounds - 1);
        made.buckets.push_back({decimal(bound, 6), bound, 10.0 * i});
    }
    made.buckets.push_back({"+Inf", HUGE_VAL, 10.0 * kBounds});
    return made;
}

std::shared_ptr<const Baseline> make_baseline() {
    auto baseline = std::make_shared<Baseline>();
    for (std::uint32_t i = 0; i < kFeatures; ++i)
        baseline->variables.push_back({"feature_" + std::to_string(i) + "_value", i,
                                       "name" + std::to_string(i), "Values", numeric(-0.1, 0.1)});
    baseline->variables.push_back(
        {"inference_value", std::nullopt, "", "Values", numeric(50, 250)});
    return baseline;
}

// ---- The parts ----

void cut_requests(std::uint64_t events) {
    const http::GateLimits limits;
    http::KnownHeaders known;
    http::RequestStream stream(limits, known);
    std::vector<std::string> requests;
    for (const std::string& body : make_events()) {
        std::string& request = requests.emplace_back();
        request =
            "POST /v1/predictions HTTP/1.1\r\nHost: 127.0.0.1:9810\r\n"
            "Content-Type: application/json\r\nContent-Length: " +
            std::to_string(body.size()) + "\r\n\r\n" + body;
    }
    http::Response response;
    response.status = 202;
    response.body = R"({"prediction_id":"..."})";
    const std::string date = http::http_date(1'714'569'302);
    std::string out;
    for (std::uint64_t i = 0; i < events; ++i) {
        if (stream.next(requests[i % kBodies]) != http::RequestStream::Step::kRequest)
            fail("a request was refused");
        stream.done();
        out.clear();
        http::append_answer_head(out, response, date, {});
    }
}

// A log that is off takes no line, which is counted on its own.
PredictionLogOptions no_log() {
    PredictionLogOptions options;
    options.enabled = false;
    return options;
}

void accept_bodies(Pipeline::Form form, const std::vector<std::string>& bodies,
                   std::uint64_t requests, std::uint64_t accepted_each) {
    const ManualClock clock(kNow);
    DiskStorage storage;
    auto log = PredictionLog::open(no_log(), kIdentity, clock, storage);
    if (!log) fail("the log cannot be opened");
    LiveDistributions live(make_baseline(), {}, 1);
    Pipeline pipeline(live, **log, kIdentity, clock, {}, 0);
    for (std::uint64_t i = 0; i < requests; ++i) {
        const Outcome& outcome =
            pipeline.accept(form, bodies[i % bodies.size()], Transport::kHttp, false);
        if (outcome.accepted != accepted_each) fail("an event was refused");
    }
}

void accept_events(std::uint64_t events) {
    accept_bodies(Pipeline::Form::kEvent, make_events(), events, 1);
}

void accept_lines(std::uint64_t events) {
    std::string body;
    for (const std::string& event : make_events()) body += event + "\n";
    accept_bodies(Pipeline::Form::kLines, {body}, events / kBodies, kBodies);
}

void append_lines(std::uint64_t events) {
    constexpr std::size_t kLineBytes = 522;
    constexpr std::uint64_t kWrittenTogether = 500;
    const ManualClock clock(kNow);
    const PredictionLogOptions options;
    LineQueue queue(options, clock);
    LineBatch batch;
    batch.text().assign(kLineBytes - 1, 'x').append("\n");
    batch.end_line(partition_of(kNow, options.partition));
    LinePieces pieces;
    for (std::uint64_t i = 1; i <= events; ++i) {
        if (!queue.append(batch, Transport::kHttp)) fail("the queue is full");
        if (i % kWrittenTogether != 0) continue;
        queue.take(pieces);
        queue.note_written(pieces);
        queue.release(pieces);
        pieces.clear();
    }
}

}  // namespace

int main(int count, char** arguments) {
    const std::map<std::string, std::function<void(std::uint64_t)>> parts{{"request", cut_requests},
                                                                          {"event", accept_events},
                                                                          {"lines", accept_lines},
                                                                          {"append", append_lines}};
    const auto part = count == 3 ? parts.find(arguments[1]) : parts.end();
    if (part == parts.end()) fail("usage: instruction_budget request|event|lines|append EVENTS");
    part->second(std::stoull(arguments[2]));
}
