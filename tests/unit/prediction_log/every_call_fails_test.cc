#include <atomic>
#include <catch2/catch.hpp>
#include <cerrno>

#include "support/stepped_storage.h"
#include "writer_scenario.h"

// As SQLite tests itself: a scenario runs again and again, and its first call fails, then its
// second, until one run meets no failure any more.

namespace boxkited {

namespace {

using Fate = SteppedStorage::Fate;

enum class Lasting { kOnce, kForGood };

// A disk whose calls fail from a step on, until it is healed.
class FailingDisk {
public:
    FailingDisk(int first, Fate fate, Lasting lasting)
        : first_(first), fate_(fate), lasting_(lasting) {}

    Storage& storage() { return storage_; }
    bool was_injected() const { return injected_; }
    int code() const { return fate_.code; }
    void heal() { healed_ = true; }

private:
    Fate fate(int step) {
        const bool fails = lasting_ == Lasting::kForGood ? step >= first_ : step == first_;
        if (!fails || healed_) return {};
        injected_ = true;
        return fate_;
    }

    const int first_;
    const Fate fate_;
    const Lasting lasting_;
    std::atomic<bool> injected_ = false;
    std::atomic<bool> healed_ = false;
    DiskStorage disk_;
    SteppedStorage storage_{disk_, [this](int step) { return fate(step); }};
};

// Opens the log, on the second try where the first fails, and appends all batches.
void begin(ScenarioLog& log, FailingDisk& disk) {
    if (const auto opened = log.open(); !opened) {
        CHECK(disk.was_injected());
        CHECK(opened.error().code == disk.code());
        disk.heal();
        REQUIRE(log.open().has_value());
    }
    for (int i = 0; i < WriterScenario::kBatches; ++i) REQUIRE(log.append(i));
}

// Nothing is lost, and the files say so.
void end(ScenarioLog& log, WriterScenario& scenario) {
    await([&] { return log.is_all_done(); });
    CHECK(log.drain() == 0);
    CHECK(adds_up(log.ledger()));
    CHECK(log.ledger().lost == 0);
    CHECK(log.ledger().queued == 0);
    log.close();
    scenario.recover();
    scenario.check_retention_done();
}

// Calls `run(step)` for 1, 2, 3 and so on, until it says that it met no failure.
template <typename Run>
void for_every_call(Run run) {
    constexpr int kFewestCalls = 40;
    int step = 1;
    while (run(step)) step += stride();
    CHECK(step > kFewestCalls);
}

struct Row {
    WriterScenario::Manner manner;
    Fate fate;
};
const auto kRows = {
    Row{kSynced, Fate::failed_within(EIO)},      Row{kSynced, Fate::failed(ENOSPC)},
    Row{kWritten, Fate::failed_within(EIO)},     Row{kQueued, Fate::failed(EIO)},
    Row{kNeverSynced, Fate::failed_within(EIO)}, Row{kAlwaysSynced, Fate::failed_within(ENOSPC)}};

}  // namespace

TEST_CASE("whichever call fails once, every event is in the log once", "[prediction_log]") {
    const auto [manner, fate] = GENERATE(from_range(rows_to_run(kRows)));
    for_every_call([&, manner = manner, fate = fate](int step) {
        CAPTURE(manner.ack, manner.sync, fate.code, step);
        WriterScenario scenario(manner);
        FailingDisk disk(step, fate, Lasting::kOnce);
        ScenarioLog log(scenario, disk.storage());

        begin(log, disk);

        end(log, scenario);
        scenario.check_logged_once(all_batches());
        return disk.was_injected();
    });
}

TEST_CASE("whichever call begins a time in which all fail, every event is in the log once after it",
          "[prediction_log]") {
    const auto [manner, fate] = GENERATE(from_range(rows_to_run(kRows)));
    for_every_call([&, manner = manner, fate = fate](int step) {
        CAPTURE(manner.ack, manner.sync, fate.code, step);
        WriterScenario scenario(manner);
        FailingDisk disk(step, fate, Lasting::kForGood);
        ScenarioLog log(scenario, disk.storage());

        begin(log, disk);
        await([&] { return disk.was_injected() || log.is_all_done(); });
        CHECK(adds_up(log.ledger()));
        disk.heal();

        end(log, scenario);
        // A sync and the cut after it may fail, and the disk be well when the file is set aside.
        scenario.check_logged_once_or_set_aside(all_batches());
        return disk.was_injected();
    });
}

TEST_CASE("whichever call begins a time in which all fail to the end, what is lost is counted",
          "[prediction_log]") {
    const auto manner = GENERATE(from_range(rows_to_run({kSynced, kQueued, kNeverSynced})));
    for_every_call([&](int step) {
        CAPTURE(manner.ack, manner.sync, step);
        WriterScenario scenario(manner);
        FailingDisk disk(step, Fate::failed_within(EIO), Lasting::kForGood);
        ScenarioLog log(scenario, disk.storage());

        begin(log, disk);
        await([&] { return disk.was_injected() || log.is_all_done(); });
        const auto acknowledged = log.acknowledged();
        const auto lost = log.drain(std::chrono::milliseconds(20));

        const auto ledger = log.ledger();
        CHECK(adds_up(ledger));
        CHECK(ledger.queued == 0);
        CHECK(ledger.lost == lost);
        log.close();
        scenario.recover();
        const bool means_written = manner.ack != PredictionLogOptions::Ack::kQueued;
        scenario.check_logged_once(means_written ? acknowledged : std::set<int>());
        // What could not be cut back may be there although it counts as lost, never the reverse.
        constexpr std::size_t kThereBefore = 2;
        CHECK(scenario.logged().size() - kThereBefore >= ledger.written);
        return disk.was_injected();
    });
}

}  // namespace boxkited
