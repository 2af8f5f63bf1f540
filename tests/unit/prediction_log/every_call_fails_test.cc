#include <atomic>
#include <catch2/catch.hpp>
#include <cerrno>
#include <optional>

#include "support/stepped_storage.h"
#include "writer_scenario.h"

// As SQLite tests itself: a scenario runs again and again, and its first call fails, then its
// second, until one run meets no failure any more.

namespace boxkited {

namespace {

using Fate = SteppedStorage::Fate;

// What the disk does from a step on.
struct Fault {
    int first;
    int code;
    bool for_good;
};

class Run {
public:
    Run(WriterScenario& scenario, Fault fault) : scenario_(scenario), fault_(fault) {}

    // Opens the log, on the second try where the first fails, and appends all batches.
    void begin() {
        auto opened = open();
        if (!opened) {
            CHECK(was_injected());
            CHECK(opened.error().code == fault_.code);
            healed_ = true;
            opened = open();
        }
        REQUIRE(opened.has_value());
        log_ = *std::move(opened);
        for (int i = 0; i < WriterScenario::kBatches; ++i) append(i);
    }
    void await_injected_or_all_settled() {
        await([&] { return was_injected() || settled_ == WriterScenario::kBatches; });
    }
    void heal() { healed_ = true; }
    void await_all_settled() {
        await([&] { return settled_ == WriterScenario::kBatches; });
    }

    std::uint64_t drain(std::chrono::milliseconds within) {
        return log_->drain(scenario_.clock.monotonic() + within);
    }
    LogLedger ledger() const { return log_->ledger(); }
    void close() { log_.reset(); }
    bool was_injected() const { return injected_; }

private:
    Result<std::unique_ptr<PredictionLog>, IoError> open() {
        return PredictionLog::open(scenario_.options, kIdentity, scenario_.clock, storage_);
    }
    void append(int number) {
        const auto ticket = log_->append(scenario_.batch(number), Transport::kHttp);
        REQUIRE(ticket.has_value());
        if (log_->settled_or_wake(*ticket, [this] { ++settled_; })) ++settled_;
    }
    Fate fate(int step) {
        const bool fails = fault_.for_good ? step >= fault_.first : step == fault_.first;
        if (!fails || healed_) return {};
        injected_ = true;
        return Fate::failed(fault_.code);
    }

    WriterScenario& scenario_;
    const Fault fault_;
    std::atomic<bool> injected_ = false;
    std::atomic<bool> healed_ = false;
    std::atomic<int> settled_ = 0;
    SteppedStorage storage_{[this](int step) { return fate(step); }};
    std::unique_ptr<PredictionLog> log_;
};

std::set<int> all_batches() {
    std::set<int> all;
    for (int i = 0; i < WriterScenario::kBatches; ++i) all.insert(i);
    return all;
}

// Calls `check(step)` for 1, 2, 3 and so on, until it says that its run met no failure.
template <typename Check>
void for_every_call(Check check) {
    constexpr int kFewestCalls = 40;
    int step = 1;
    while (check(step)) ++step;
    CHECK(step > kFewestCalls);
}

}  // namespace

TEST_CASE("whichever call fails once, every event is in the log once", "[prediction_log]") {
    const int code = GENERATE(EIO, ENOSPC);
    for_every_call([&](int step) {
        CAPTURE(code, step);
        WriterScenario scenario;
        Run run(scenario, {step, code, false});

        run.begin();
        run.await_all_settled();
        CHECK(run.drain(std::chrono::seconds(30)) == 0);

        CHECK(adds_up(run.ledger()));
        CHECK(run.ledger().lost == 0);
        CHECK(run.ledger().queued == 0);
        run.close();
        scenario.recover();
        scenario.check_logged_once(all_batches());
        return run.was_injected();
    });
}

TEST_CASE("whichever call begins a time in which all fail, every event is in the log once after it",
          "[prediction_log]") {
    const int code = GENERATE(EIO, ENOSPC);
    for_every_call([&](int step) {
        CAPTURE(code, step);
        WriterScenario scenario;
        Run run(scenario, {step, code, true});

        run.begin();
        run.await_injected_or_all_settled();
        CHECK(adds_up(run.ledger()));
        run.heal();
        run.await_all_settled();
        CHECK(run.drain(std::chrono::seconds(30)) == 0);

        CHECK(adds_up(run.ledger()));
        CHECK(run.ledger().lost == 0);
        run.close();
        scenario.recover();
        scenario.check_logged_once(all_batches());
        return run.was_injected();
    });
}

TEST_CASE("whichever call begins a time in which all fail to the end, what is lost is counted",
          "[prediction_log]") {
    for_every_call([&](int step) {
        CAPTURE(step);
        WriterScenario scenario;
        Run run(scenario, {step, EIO, true});

        run.begin();
        run.await_injected_or_all_settled();
        const auto lost = run.drain(std::chrono::milliseconds(20));

        const auto ledger = run.ledger();
        CHECK(adds_up(ledger));
        CHECK(ledger.queued == 0);
        CHECK(ledger.lost == lost);
        run.close();
        scenario.recover();
        const auto times = scenario.logged();
        CHECK(times.count("old") == 1);
        for (const auto& [id, count] : times) CHECK(count == 1);
        // What could not be cut back may be there although it counts as lost, never the reverse.
        const auto before = 2U;
        CHECK(times.size() - before >= ledger.written);
        return run.was_injected();
    });
}

}  // namespace boxkited
