#include <sys/wait.h>
#include <unistd.h>

#include <catch2/catch.hpp>

#include "support/stepped_storage.h"
#include "writer_scenario.h"

// A child process runs the scenario of the writer and is killed at its first step, the next one at
// its second, until one lives to the end; then the log is opened where it left it.

namespace boxkited {

namespace {

using Fate = SteppedStorage::Fate;
using End = Fate::End;

// What a child has lived to see: the batches acknowledged to it, and whether it ended by itself.
struct Life {
    std::set<int> acknowledged;
    bool was_killed = false;
};

// Runs `work` in a process of its own, which is told how to acknowledge a batch.
template <typename Work>
Life live(Work work) {
    int pipe[2];
    REQUIRE(::pipe(pipe) == 0);
    const auto child = ::fork();
    REQUIRE(child >= 0);
    if (child == 0) {
        work([&](int batch) {
            if (::write(pipe[1], &batch, sizeof batch) != sizeof batch) ::_exit(1);
        });
        ::_exit(0);
    }
    ::close(pipe[1]);
    Life life;
    for (int batch = 0; ::read(pipe[0], &batch, sizeof batch) == sizeof batch;)
        life.acknowledged.insert(batch);
    ::close(pipe[0]);
    int status = 0;
    REQUIRE(::waitpid(child, &status, 0) == child);
    life.was_killed = WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL;
    if (!life.was_killed) REQUIRE((WIFEXITED(status) && WEXITSTATUS(status) == 0));
    return life;
}

SteppedStorage::Fates killed_at(int wanted, End when) {
    return [=](int step) { return step == wanted ? Fate::killed(when) : Fate(); };
}

// One batch after the other, each acknowledged before the next, so that a step is always the same.
Life append_all(WriterScenario& scenario, int killed_step, End when) {
    return live([&](auto tell) {
        DiskStorage disk;
        SteppedStorage storage(disk, killed_at(killed_step, when));
        ScenarioLog log(scenario, storage);
        if (!log.open()) ::_exit(2);
        for (int i = 0; i < WriterScenario::kBatches; ++i) {
            if (!log.append(i)) ::_exit(3);
            while (log.acknowledged().count(i) == 0) std::this_thread::yield();
            tell(i);
        }
        if (log.drain() != 0) ::_exit(4);
    });
}

// Opens the log, which recovers what is there. Whether it was killed at that step.
bool recover_killed_at(WriterScenario& scenario, int killed_step, End when) {
    return live([&](auto) {
               DiskStorage disk;
               SteppedStorage storage(disk, killed_at(killed_step, when));
               ScenarioLog log(scenario, storage);
               if (!log.open()) ::_exit(2);
               if (log.drain() != 0) ::_exit(4);
           })
        .was_killed;
}

std::map<std::string, std::string> contents(const WriterScenario& scenario) {
    std::map<std::string, std::string> all;
    for (const auto& file : scenario.files()) all[file] = read_file(scenario.endpoint() / file);
    return all;
}

}  // namespace

TEST_CASE("killed at any step it loses nothing acknowledged and the next start is clean",
          "[prediction_log]") {
    struct Row {
        WriterScenario::Manner manner;
        End when;
    };
    const auto row = GENERATE(from_range(rows_to_run<Row>({{kSynced, End::kWithin},
                                                           {kSynced, End::kBefore},
                                                           {kNeverSynced, End::kWithin},
                                                           {kWritten, End::kAfter}})));
    constexpr int kFewestSteps = 40;
    int step = 0;
    for (bool was_killed = true; was_killed;) {
        step += stride();
        CAPTURE(step, row.when, row.manner.ack, row.manner.sync);
        WriterScenario scenario(row.manner);
        const Life life = append_all(scenario, step, row.when);
        was_killed = life.was_killed;

        scenario.recover();
        scenario.check_logged_once(life.acknowledged);
        scenario.check_retention_done();
        const auto once = contents(scenario);
        scenario.recover();
        CHECK(contents(scenario) == once);
        if (!was_killed) CHECK(life.acknowledged == all_batches());
    }
    CHECK(step > kFewestSteps);
}

TEST_CASE("killed at any step of a recovery the next one ends where it would have ended",
          "[prediction_log]") {
    const End when = GENERATE(from_range(rows_to_run({End::kBefore, End::kAfter})));
    constexpr int kFewestSteps = 10;
    int step = 0;
    for (bool was_killed = true; was_killed;) {
        CAPTURE(++step, when);
        WriterScenario scenario(kSynced);
        was_killed = recover_killed_at(scenario, step, when);

        scenario.recover();

        CHECK(scenario.files().size() == 1);  // What is beyond retention is gone.
        CHECK(scenario.text(scenario.nth_partition(0)) == line("old") + line("older"));
    }
    CHECK(step > kFewestSteps);
}

TEST_CASE("killed at any step and then at each step of the recovery it loses nothing acknowledged",
          "[prediction_log]") {
    constexpr int kFewestSteps = 40;
    constexpr std::size_t kFewestLefts = 5;
    // Many steps leave the same files: what is made of them needs to be seen once.
    std::set<std::pair<std::map<std::string, std::string>, std::set<int>>> lefts;
    int step = 0;
    for (bool was_killed = true; was_killed;) {
        step += stride();
        CAPTURE(step);
        WriterScenario scenario(kWritten);
        const Life life = append_all(scenario, step, End::kWithin);
        was_killed = life.was_killed;
        if (!lefts.insert({contents(scenario), life.acknowledged}).second) continue;

        int recovery_step = 1;
        while (recover_killed_at(scenario, recovery_step, End::kBefore)) ++recovery_step;

        scenario.check_logged_once(life.acknowledged);
        scenario.check_retention_done();
        const auto once = contents(scenario);
        scenario.recover();
        CHECK(contents(scenario) == once);
    }
    CHECK(step > kFewestSteps);
    CHECK(lefts.size() > kFewestLefts);
}

}  // namespace boxkited
