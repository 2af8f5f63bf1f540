#include <catch2/catch.hpp>
#include <cerrno>

#include "support/forgetful_storage.h"
#include "support/stepped_storage.h"
#include "writer_scenario.h"

// The power fails before each step of the writer in turn. What was synced by then is laid out in
// another folder, and the log opened there.

namespace boxkited {

namespace {

using Fate = SteppedStorage::Fate;
using Unsynced = ForgetfulStorage::Unsynced;
using Contents = ForgetfulStorage::Contents;

// What the disk held at a moment, and what had been acknowledged by then.
struct Moment {
    Contents contents;
    std::set<int> acknowledged;
};

// Runs the scenario, and tells the moments before each step and at the end. `fails` says of a step
// whether it does; the log is opened anew when it failed to.
template <typename Fails>
std::vector<Moment> moments(Unsynced unsynced, Fails fails) {
    WriterScenario scenario(kSynced);
    ForgetfulStorage disk(scenario.directory.path());
    std::vector<Moment> moments;
    ScenarioLog* log_to_ask = nullptr;
    const auto look = [&] {
        // In this order: what is acknowledged must be there already.
        auto acknowledged = log_to_ask->acknowledged();
        moments.push_back({disk.after_power_cut(unsynced), std::move(acknowledged)});
    };
    SteppedStorage storage(disk, [&](int step) {
        look();
        return fails(step) ? Fate::failed_within(EIO) : Fate();
    });
    ScenarioLog log(scenario, storage);
    log_to_ask = &log;
    if (!log.open() && !log.open()) REQUIRE(log.open().has_value());
    for (int i = 0; i < WriterScenario::kBatches; ++i) {
        REQUIRE(log.append(i));
        await([&] { return log.acknowledged().count(i) > 0; });
    }
    CHECK(log.drain() == 0);
    look();
    CHECK(log.acknowledged() == all_batches());
    for (Moment& moment : moments) {
        Contents relative;
        for (auto& [path, text] : moment.contents)
            relative[path.lexically_relative(scenario.directory.path())] = std::move(text);
        moment.contents = std::move(relative);
    }
    return moments;
}

void check_survives(const Moment& moment) {
    WriterScenario scenario(kSynced);
    std::filesystem::remove_all(scenario.directory.path());
    for (const auto& [path, text] : moment.contents) write_file(scenario.directory / path, text);

    scenario.recover();

    scenario.check_logged_once(moment.acknowledged);
}

}  // namespace

TEST_CASE("a power cut at any step takes nothing acknowledged as synced", "[prediction_log]") {
    const auto unsynced = GENERATE(Unsynced::kNone, Unsynced::kHalf);
    const auto all = moments(unsynced, [](int) { return false; });

    for (std::size_t step = 0; step < all.size(); ++step) {
        CAPTURE(unsynced, step);
        check_survives(all[step]);
    }
    CHECK(all.back().acknowledged == all_batches());
    constexpr std::size_t kFewestSteps = 40;
    CHECK(all.size() > kFewestSteps);
}

TEST_CASE("a power cut after calls that failed takes and doubles nothing acknowledged as synced",
          "[prediction_log]") {
    const int failures = GENERATE(1, 2);  // A sync, say, and the cut after it.
    int first = 1;
    for (std::size_t steps = 1; static_cast<std::size_t>(first) <= steps; ++first) {
        const auto all = moments(
            Unsynced::kHalf, [&](int step) { return step >= first && step < first + failures; });
        steps = all.size();
        CAPTURE(failures, first);
        check_survives(all.back());
    }
}

}  // namespace boxkited
