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

enum class Look { kBeforeEachStep, kAtTheEnd };

// Runs the scenario, and tells the moments that are looked at: the end is always one. `fails` says
// of a step whether it does; the log is opened anew when it failed to.
template <typename Fails>
std::vector<Moment> moments(Unsynced unsynced, Look when, Fails fails) {
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
        if (when == Look::kBeforeEachStep) look();
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

// What a start after the power cut makes of what it left.
struct Recovered : WriterScenario {
    explicit Recovered(const Contents& contents) : WriterScenario(kSynced) {
        std::filesystem::remove_all(directory.path());
        for (const auto& [path, text] : contents) write_file(directory / path, text);
        recover();
    }
};

}  // namespace

TEST_CASE("a power cut at any step takes nothing acknowledged as synced", "[prediction_log]") {
    const auto unsynced = GENERATE(from_range(rows_to_run({Unsynced::kHalf, Unsynced::kNone})));
    const auto all = moments(unsynced, Look::kBeforeEachStep, [](int) { return false; });

    for (std::size_t step = 0; step < all.size(); step += static_cast<std::size_t>(stride())) {
        CAPTURE(unsynced, step);
        Recovered(all[step].contents).check_logged_once(all[step].acknowledged);
    }
    CHECK(all.back().acknowledged == all_batches());
    constexpr std::size_t kFewestSteps = 40;
    CHECK(all.size() > kFewestSteps);
}

TEST_CASE("a power cut after calls that failed takes and doubles nothing acknowledged as synced",
          "[prediction_log]") {
    const int failures =
        GENERATE(from_range(rows_to_run({2, 1})));  // A sync, say, and the cut after it.
    int first = 1;
    for (int steps = 1; first <= steps; first += stride()) {
        const auto end = moments(Unsynced::kHalf, Look::kAtTheEnd, [&](int step) {
            steps = step;
            return step >= first && step < first + failures;
        });
        CAPTURE(failures, first);
        // A sync and the cut after it: the file is set aside.
        Recovered(end.back().contents).check_logged_once_or_set_aside(end.back().acknowledged);
    }
}

}  // namespace boxkited
