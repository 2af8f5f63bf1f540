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
#include <string>
#include <vector>

#include "bench/input.h"
#include "http/answer.h"
#include "http/request_stream.h"
#include "ingest/pipeline.h"
#include "prediction_log/line_queue.h"
#include "support/manual_clock.h"

namespace {

using namespace boxkited;

constexpr std::size_t kFeatures = 10;
constexpr std::size_t kBodies = 100;
const WallTime kNow{std::chrono::seconds(1'714'569'302)};

[[noreturn]] void fail(const char* what) {
    std::fprintf(stderr, "instruction_budget: %s\n", what);
    std::exit(1);
}

// ---- The parts ----

void cut_requests(std::uint64_t events) {
    const http::GateLimits limits;
    http::KnownHeaders known;
    http::RequestStream stream(limits, known);
    std::vector<std::string> requests;
    for (const std::string& body : bench::make_events(kFeatures, kBodies)) {
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
    auto log = PredictionLog::open(no_log(), bench::kIdentity, clock, storage);
    if (!log) fail("the log cannot be opened");
    LiveDistributions live(bench::make_baseline(kFeatures), {}, 1);
    Pipeline pipeline(live, **log, bench::kIdentity, clock, {}, 0);
    for (std::uint64_t i = 0; i < requests; ++i) {
        const Outcome& outcome =
            pipeline.accept(form, bodies[i % bodies.size()], Transport::kHttp, false);
        if (outcome.accepted != accepted_each) fail("an event was refused");
    }
}

void accept_events(std::uint64_t events) {
    accept_bodies(Pipeline::Form::kEvent, bench::make_events(kFeatures, kBodies), events, 1);
}

void accept_lines(std::uint64_t events) {
    std::string body;
    for (const std::string& event : bench::make_events(kFeatures, kBodies)) body += event + "\n";
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
        queue.take(pieces, LineQueue::Call::kDue);
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
