#include "ingest/pipeline.h"

#include <catch2/catch.hpp>
#include <filesystem>
#include <fstream>
#include <iterator>

#include "support/temporary_directory.h"

using namespace boxkited;

namespace {

constexpr char kBaseline[] = R"(# TYPE inference_value_baseline_total counter
inference_value_baseline_total{bin="0.0"} 1.0
)";

PredictionLogOptions queue_of(std::uint64_t bytes) {
    PredictionLogOptions options;
    options.queue_bytes = bytes;
    return options;
}

PredictionLogOptions sample_of(double share) {
    PredictionLogOptions options;
    options.sample = share;
    return options;
}

// A pipeline over a real log in a folder of its own.
class Fixture {
public:
    explicit Fixture(std::uint64_t queue_bytes = 1 << 20, IngestLimits limits = {})
        : Fixture(queue_of(queue_bytes), limits) {}
    explicit Fixture(PredictionLogOptions options, IngestLimits limits = {})
        : log_(open(std::move(options))),
          live_(std::make_shared<const Baseline>(*parse_baseline(kBaseline)), {}, 1),
          pipeline_(live_, *log_, kIdentity, clock_, limits, 0) {}

    const Outcome& accept(Pipeline::Form form, std::string_view body, bool want_ids = false) {
        return pipeline_.accept(form, body, Transport::kHttp, want_ids);
    }
    std::uint64_t counted() const {
        std::uint64_t sum = 0;
        for (const std::uint64_t count : live_.snapshot().counts) sum += count;
        return sum;
    }
    std::uint64_t accepted() const { return log_->ledger().accepted[0]; }
    LogLedger ledger() const { return log_->ledger(); }
    bool is_settled(const Outcome& outcome) {
        return log_->settled_or_wake(outcome.ticket.value(), [] {});
    }

    // All lines of the log, which ends with this.
    std::string drained() {
        CHECK(log_->drain(clock_.monotonic() + std::chrono::seconds(30)) == 0);
        std::string text;
        for (const auto& entry : std::filesystem::recursive_directory_iterator(directory_.path())) {
            if (entry.path().extension() != ".txt") continue;
            std::ifstream file(entry.path());
            text.append(std::istreambuf_iterator<char>(file), {});
        }
        return text;
    }

private:
    std::unique_ptr<PredictionLog> open(PredictionLogOptions options) {
        options.directory = directory_.path();
        auto log = PredictionLog::open(options, kIdentity, clock_, storage_);
        REQUIRE(log);
        return *std::move(log);
    }

    inline static const Identity kIdentity{"endpoint", "logger", "replica", "server"};
    SystemClock clock_;
    DiskStorage storage_;
    TemporaryDirectory directory_;
    std::unique_ptr<PredictionLog> log_;
    LiveDistributions live_;
    Pipeline pipeline_;
};

using Form = Pipeline::Form;

std::uint64_t refused(const Outcome& outcome, Refusal::Reason reason) {
    return outcome.refusals[static_cast<std::size_t>(reason)];
}

}  // namespace

TEST_CASE("a good event is counted and logged and gets an id", "[pipeline]") {
    Fixture fixture;

    const Outcome& outcome = fixture.accept(Form::kEvent, R"({"output":0,"prediction_id":"p\"1"})");

    CHECK_FALSE(outcome.refused);
    CHECK(outcome.accepted == 1);
    CHECK(outcome.ids_json == R"("p\"1")");
    CHECK(outcome.ticket);
    CHECK(fixture.counted() == 1);
    CHECK(fixture.accepted() == 1);
    CHECK(fixture.drained().starts_with(
        R"({"prediction_id":"p\"1","server_id":"server","entity_id":null,)"));
}

TEST_CASE("a bad event is neither counted nor logged", "[pipeline]") {
    Fixture fixture;

    const Outcome& outcome = fixture.accept(Form::kEvent, R"({"output":0,"x":1})");

    REQUIRE(outcome.refused);
    CHECK(outcome.refused->reason == Refusal::Reason::kUnknownField);
    CHECK(refused(outcome, Refusal::Reason::kUnknownField) == 1);
    CHECK(fixture.counted() == 0);
    CHECK(fixture.drained().empty());
}

TEST_CASE("of a batch the good events are taken and the bad ones named", "[pipeline]") {
    Fixture fixture;
    const auto [form, body] = GENERATE(table<Form, std::string>({
        {Form::kLines,
         "{\"output\":0,\"prediction_id\":\"a\"}\n{\"x\":1}\n\n"
         "{\"output\":1,\"prediction_id\":\"b\"}\n"},
        {Form::kArray, R"([{"output":0,"prediction_id":"a"},{"x":1},)"
                       R"({"output":1,"prediction_id":"b"}])"},
    }));

    const Outcome& outcome = fixture.accept(form, body, true);

    CHECK_FALSE(outcome.refused);
    CHECK(outcome.accepted == 2);
    CHECK(outcome.rejected == 1);
    REQUIRE(outcome.errors.size() == 1);
    CHECK(outcome.errors[0].index == 1);
    CHECK(outcome.errors[0].reason.starts_with("unknown_field: `x`"));
    CHECK(outcome.ids_json == R"(["a",null,"b"])");
    CHECK(fixture.counted() == 2);
}

TEST_CASE("an empty batch is refused but not an empty piece of a stream", "[pipeline]") {
    Fixture fixture;

    CHECK(fixture.accept(Form::kLines, "\n \n").refused->reason == Refusal::Reason::kEmptyBatch);
    CHECK(fixture.accept(Form::kArray, "[]").refused->reason == Refusal::Reason::kEmptyBatch);
    CHECK_FALSE(fixture.accept(Form::kStream, "\n").refused);
}

TEST_CASE("one event more than a batch may have refuses all of it", "[pipeline]") {
    Fixture fixture(1 << 20, {.batch_events = 2});
    const std::string line = "{\"output\":0}\n";

    CHECK_FALSE(fixture.accept(Form::kLines, line + line).refused);
    const Outcome& outcome = fixture.accept(Form::kLines, line + line + line);

    REQUIRE(outcome.refused);
    CHECK(outcome.refused->reason == Refusal::Reason::kTooManyEvents);
    CHECK(refused(outcome, Refusal::Reason::kTooManyEvents) == 3);
    CHECK(fixture.counted() == 2);
    CHECK_FALSE(fixture.accept(Form::kStream, line + line + line).refused);
}

TEST_CASE("only the first hundred errors are told", "[pipeline]") {
    Fixture fixture;
    std::string lines;
    for (int i = 0; i < 150; ++i) lines += "{}\n";

    const Outcome& outcome = fixture.accept(Form::kLines, lines);

    CHECK(outcome.errors.size() == 100);
    CHECK(outcome.rejected == 150);
    CHECK(refused(outcome, Refusal::Reason::kMissingField) == 150);
}

TEST_CASE("a request larger than the queue can never be taken", "[pipeline]") {
    Fixture fixture(64 << 10);
    const std::string body = R"({"output":0,"request_body":")" + std::string(70'000, 'x') + "\"}";

    const Outcome& outcome = fixture.accept(Form::kEvent, body);

    REQUIRE(outcome.refused);
    CHECK(outcome.refused->reason == Refusal::Reason::kTooLarge);
    CHECK(fixture.counted() == 0);
    CHECK(fixture.accepted() == 0);
}

TEST_CASE("a time that the log does not keep is refused", "[pipeline]") {
    Fixture fixture;
    const auto days = std::chrono::floor<std::chrono::seconds>(SystemClock().now());
    const auto at = [&](std::chrono::hours offset) {
        return "{\"output\":0,\"timestamp\":" +
               std::to_string((days + offset).time_since_epoch().count()) + "}";
    };

    CHECK_FALSE(fixture.accept(Form::kEvent, at(std::chrono::hours(-29 * 24))).refused);
    CHECK_FALSE(fixture.accept(Form::kEvent, at(std::chrono::hours(23))).refused);
    CHECK(fixture.accept(Form::kEvent, at(std::chrono::hours(-31 * 24))).refused->reason ==
          Refusal::Reason::kBadTimestamp);
    CHECK(fixture.accept(Form::kEvent, at(std::chrono::hours(25))).refused->reason ==
          Refusal::Reason::kBadTimestamp);
    CHECK(fixture.counted() == 2);
}

TEST_CASE("an array is told from an event by its first byte", "[pipeline]") {
    CHECK(Pipeline::form_of_json(" \n[1]") == Form::kArray);
    CHECK(Pipeline::form_of_json("{}") == Form::kEvent);
    CHECK(Pipeline::form_of_json("") == Form::kEvent);
}

TEST_CASE("what the sample leaves out is counted and unlogged, and errors stay", "[pipeline]") {
    Fixture fixture(sample_of(0));

    const Outcome& outcome = fixture.accept(Form::kArray, R"([{"output":0,"prediction_id":"a"},
        {"output":null,"prediction_id":"b"},
        {"output":0,"prediction_id":"c","metadata":{"error":"late"}},{"bad":1}])",
                                            true);

    CHECK(outcome.accepted == 3);
    CHECK(outcome.ids_json == R"(["a","b","c",null])");
    CHECK(fixture.counted() == 4);  // One is missing, and has a slot of that beside its bin.
    CHECK(fixture.accepted() == 3);
    CHECK(fixture.ledger().unlogged == 1);
    const std::string lines = fixture.drained();
    CHECK(lines.find(R"({"prediction_id":"a")") == lines.npos);
    CHECK(lines.find(R"({"prediction_id":"b")") != lines.npos);
    CHECK(lines.find(R"({"prediction_id":"c")") != lines.npos);
    CHECK(fixture.ledger().written == 2);
}

TEST_CASE("an answer does not wait for a disk that it asks nothing of", "[pipeline]") {
    PredictionLogOptions options = sample_of(0);
    options.ack = PredictionLogOptions::Ack::kSynced;
    Fixture fixture(options);

    const Outcome& outcome = fixture.accept(Form::kEvent, R"({"output":0})");

    CHECK(outcome.accepted == 1);
    CHECK(fixture.is_settled(outcome));
}

TEST_CASE("small events that make long lines are refused as too large together", "[pipeline]") {
    PredictionLogOptions options = queue_of(1 << 20);
    options.hashed_features = {"a"};
    options.hash_key = "a key of sixteen";
    Fixture fixture(options);
    std::string event = R"({"features":[0)";
    for (int i = 1; i < 10'000; ++i) event += ",0";
    event += "]}\n";
    std::string body;
    for (int i = 0; i < 5; ++i) body += event;

    const Outcome& outcome = fixture.accept(Form::kLines, body);

    REQUIRE(outcome.refused);
    CHECK(outcome.refused->reason == Refusal::Reason::kTooLarge);
    CHECK(fixture.accepted() == 0);
}
