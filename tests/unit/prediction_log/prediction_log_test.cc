#include "prediction_log/prediction_log.h"

#include <sys/wait.h>
#include <unistd.h>

#include <atomic>
#include <catch2/catch.hpp>
#include <future>

#include "log_fixture.h"
#include "support/manual_clock.h"

namespace boxkited {

namespace {

using Ack = PredictionLogOptions::Ack;
using Sync = PredictionLogOptions::Sync;
using Names = std::vector<std::string>;

// Ends when what `ack` promises holds for the ticket.
void await_settled(PredictionLog& log, PredictionLog::Ticket ticket) {
    const auto settled = std::make_shared<std::promise<void>>();
    if (log.settled_or_wake(ticket, [settled] { settled->set_value(); })) return;
    REQUIRE(settled->get_future().wait_for(std::chrono::seconds(30)) == std::future_status::ready);
}

}  // namespace

TEST_CASE("lines appear in the files of their partitions in order", "[prediction_log]") {
    LogFixture given;
    given.start();
    std::map<Partition, std::string> expected;
    for (int i = 0; i < 500; ++i) {
        LineBatch batch;
        for (int j = 0; j < 7; ++j) {
            const auto to = partition(i % 5, 15 * (j % 3));
            const auto text = line(std::to_string(i) + "/" + std::to_string(j));
            add(batch, to, text);
            expected[to] += text;
        }
        given.append(batch);
    }

    CHECK(given.drain() == 0);

    CHECK(given.files().size() == expected.size());
    for (const auto& [to, text] : expected) CHECK(given.text(to) == text);
    const auto ledger = given.log->ledger();
    CHECK(ledger.written == 3500);
    CHECK(ledger.queue_bytes == 0);
    CHECK(ledger.written_bytes ==
          std::accumulate(expected.begin(), expected.end(), std::uint64_t{0},
                          [](auto sum, const auto& item) { return sum + item.second.size(); }));
    CHECK(ledger.errors.empty());
    CHECK_FALSE(given.log->hung());
}

TEST_CASE("an event is written within the flush interval without being asked for",
          "[prediction_log]") {
    LogFixture given;
    given.options.sync = GENERATE(Sync::kInterval, Sync::kAlways, Sync::kNever);
    given.start();

    given.append(partition(1), line("a"));
    await([&] { return given.text(partition(1)) == line("a"); });
    given.append(partition(1), line("b"));
    await([&] { return given.text(partition(1)) == line("a") + line("b"); });
    await([&] { return given.log->ledger().queue_bytes == 0; });

    CHECK(given.log->ledger().open_partitions == 1);
    const bool synced = given.storage.calls(FaultyStorage::Call::kSync) > 0;
    CHECK(synced == (given.options.sync != Sync::kNever));
}

TEST_CASE("many partitions at a time need no more open files than allowed", "[prediction_log]") {
    LogFixture given;
    given.options.open_partitions = 2;
    given.options.ack = Ack::kSynced;
    given.start();
    std::map<Partition, std::string> expected;

    for (int i = 0; i < 30; ++i) {
        LineBatch batch;
        for (int j = 0; j < 10; ++j) {
            const auto text = line(std::to_string(i));
            add(batch, partition(j), text);
            expected[partition(j)] += text;
        }
        await_settled(*given.log, given.append(batch));
        CHECK(given.log->ledger().open_partitions == 2);
    }

    for (const auto& [to, text] : expected) CHECK(given.text(to) == text);
}

TEST_CASE("an answer waits for the write or for the sync as it is asked to", "[prediction_log]") {
    LogFixture given;
    given.options.flush_interval = std::chrono::hours(1);
    given.options.ack = GENERATE(Ack::kWritten, Ack::kSynced);
    given.start();

    for (int i = 0; i < 20; ++i) {
        await_settled(*given.log, given.append(partition(1), line(std::to_string(i))));
        CHECK(given.text(partition(1)).ends_with(line(std::to_string(i))));
        if (given.options.ack == Ack::kSynced) CHECK(given.log->ledger().queue_bytes == 0);
    }
}

TEST_CASE("a long backlog is synced while it is written", "[prediction_log]") {
    LogFixture given;
    given.options.flush_interval = std::chrono::hours(1);
    given.options.queue_bytes = 4 << 20;
    given.storage.block(FaultyStorage::Call::kAppend);
    given.start();

    for (int i = 0; i < 3000; ++i) given.append(partition(1), line("x", 1000));
    given.storage.unblock();
    CHECK(given.drain() == 0);

    CHECK(given.storage.calls(FaultyStorage::Call::kSync) >= 2);
}

TEST_CASE("an existing file is gone on with behind its last whole line", "[prediction_log]") {
    LogFixture given;
    const auto tail = GENERATE(as<std::string>(), "", "torn", std::string(4096, '\0'), "\n\n",
                               line("b").substr(0, 20), line("b").substr(0, line("b").size() - 1));
    write_file(given.path(partition(1)), line("a") + tail);
    given.start();

    given.append(partition(1), line("c"));
    CHECK(given.drain() == 0);

    CHECK(given.text(partition(1)) == line("a") + line("c"));
    CHECK(given.log->ledger().torn_bytes == (tail == "\n\n" ? 0 : tail.size()));
}

TEST_CASE("the ledger adds up at every moment", "[prediction_log]") {
    LogFixture given;
    given.options.queue_bytes = 200'000;
    given.options.sync = GENERATE(Sync::kInterval, Sync::kNever);
    given.start();
    std::atomic<bool> done = false;
    std::atomic<std::uint64_t> taken = 0;
    std::vector<std::thread> senders;
    for (int s = 0; s < 3; ++s)
        senders.emplace_back([&, s] {
            for (int i = 0; i < 2000; ++i) {
                LineBatch batch;
                for (int j = 0; j < 10; ++j) add(batch, partition(s, 15 * (j % 2)), line("x", 100));
                if (given.log->append(batch, kTransports[static_cast<std::size_t>(s)])) taken += 10;
            }
        });
    std::thread reader([&] {
        while (!done) {
            const auto ledger = given.log->ledger();
            if (!adds_up(ledger) || ledger.queue_bytes > ledger.queue_capacity_bytes) std::abort();
        }
    });

    for (auto& sender : senders) sender.join();
    CHECK(given.drain() == 0);
    done = true;
    reader.join();

    CHECK(given.log->ledger().written == taken);
    std::uint64_t lines = 0;
    for (const auto& name : given.files()) {
        const auto text = read_file(given.endpoint() / name);
        lines += static_cast<std::uint64_t>(std::count(text.begin(), text.end(), '\n'));
    }
    CHECK(lines == taken);
}

TEST_CASE("a second log of the same identity is refused and told by whom", "[prediction_log]") {
    LogFixture given;
    given.start();

    const auto second = PredictionLog::open(given.options, kIdentity, given.clock, given.storage);
    REQUIRE_FALSE(second.has_value());
    CHECK(to_string(second.error()) == "lock " + (given.endpoint() / ".model-pod-1.lock").native() +
                                           " (held by pid " + std::to_string(::getpid()) +
                                           "): Resource temporarily unavailable");

    auto other = kIdentity;
    other.replica_id = "pod-2";
    CHECK(PredictionLog::open(given.options, other, given.clock, given.storage).has_value());
    given.log.reset();
    given.start();
}

TEST_CASE("a directory that cannot be made or written stops the start", "[prediction_log]") {
    LogFixture given;
    write_file(given.directory / "file", "");
    given.options.directory = given.directory / "file";
    const auto made = PredictionLog::open(given.options, kIdentity, given.clock, given.storage);
    REQUIRE_FALSE(made.has_value());
    CHECK(to_string(made.error()) ==
          "mkdir " + (given.directory / "file").native() + ": Not a directory");

    given.options.directory = given.directory.path();
    given.storage.fail(FaultyStorage::Call::kOpen, EROFS);
    const auto read_only =
        PredictionLog::open(given.options, kIdentity, given.clock, given.storage);
    REQUIRE_FALSE(read_only.has_value());
    CHECK(to_string(read_only.error()) ==
          "open " + (given.endpoint() / ".model-pod-1.probe").native() + ": Read-only file system");

    given.storage.fail(FaultyStorage::Call::kOpen, ENOSPC);
    given.start();
}

TEST_CASE("a log that is off touches no file", "[prediction_log]") {
    LogFixture given;
    given.options.enabled = false;
    given.start();

    given.append(partition(1), line("a"));
    CHECK(given.log->trouble().empty());
    CHECK(given.drain() == 0);

    CHECK(given.log->ledger().unlogged == 1);
    CHECK(adds_up(given.log->ledger()));
    CHECK(std::filesystem::is_empty(given.directory.path()));
}

TEST_CASE("what is left over is deleted at the start", "[prediction_log]") {
    LogFixture given;
    given.options.retention = std::chrono::days(30);
    write_file(given.path(partition(1)), line("old"));
    const auto today = std::chrono::floor<std::chrono::minutes>(given.clock.now());
    write_file(given.path(today), line("young"));

    given.start();

    await([&] { return !std::filesystem::exists(given.path(partition(1)).parent_path()); });
    CHECK(given.drain() == 0);
    CHECK(given.text(today) == line("young"));
}

TEST_CASE("a drain writes what waits and takes nothing more", "[prediction_log]") {
    LogFixture given;
    given.options.flush_interval = std::chrono::hours(1);
    given.start();
    given.append(partition(1), line("a"));

    CHECK(given.drain() == 0);

    CHECK(given.text(partition(1)) == line("a"));
    CHECK_FALSE(given.log->append(batch_of(partition(1), line("b")), Transport::kHttp));
    CHECK(given.drain() == 0);
}

TEST_CASE("a process that is killed loses no line that was acknowledged as written",
          "[prediction_log]") {
    LogFixture given;
    given.options.ack = Ack::kWritten;
    int pipe[2];
    REQUIRE(::pipe(pipe) == 0);
    const auto child = ::fork();
    if (child == 0) {
        auto log = PredictionLog::open(given.options, kIdentity, given.clock, given.storage);
        for (int i = 0;; ++i) {
            const auto text = line(std::to_string(i), 200);
            const auto ticket = (*log)->append(batch_of(partition(1), text), Transport::kHttp);
            std::promise<void> written;
            if (!(*log)->settled_or_wake(*ticket, [&] { written.set_value(); }))
                written.get_future().wait();
            if (::write(pipe[1], &i, sizeof i) != sizeof i) ::_exit(1);
        }
    }
    int acknowledged = -1;
    while (acknowledged < 300) REQUIRE(::read(pipe[0], &acknowledged, sizeof acknowledged) > 0);
    ::kill(child, SIGKILL);
    int status = 0;
    ::waitpid(child, &status, 0);
    ::close(pipe[1]);
    while (::read(pipe[0], &acknowledged, sizeof acknowledged) > 0) continue;
    ::close(pipe[0]);

    given.start();
    CHECK(given.drain() == 0);

    std::string expected;
    for (int i = 0; i <= acknowledged; ++i) expected += line(std::to_string(i), 200);
    const auto text = given.text(partition(1));
    const auto one_more = expected + line(std::to_string(acknowledged + 1), 200);
    CHECK((text == expected || text == one_more));
}

}  // namespace boxkited
