#include <sys/wait.h>
#include <unistd.h>

#include <atomic>
#include <catch2/catch.hpp>
#include <future>
#include <random>

#include "log_fixture.h"

// Amounts that go to the disk past the page cache, where the file system can do that.

namespace boxkited {

namespace {

using Ack = PredictionLogOptions::Ack;
using Sync = PredictionLogOptions::Sync;
using Call = FaultyStorage::Call;

// About 1.4 MB of lines, each another.
LineBatch many_lines(int number, Partition to = partition(1)) {
    LineBatch batch;
    for (int i = 0; i < 2000; ++i) {
        const auto id = std::to_string(number) + "-" + std::to_string(i);
        add(batch, to, line(id, static_cast<std::size_t>(400 + (i * 37) % 600)));
    }
    return batch;
}

std::string text_of(int from, int to) {
    std::string text;
    for (int i = from; i < to; ++i) text += many_lines(i).text();
    return text;
}

// Waits for room instead of being refused.
void append_when_there_is_room(PredictionLog& log, const LineBatch& batch) {
    await([&] { return log.append(batch, Transport::kHttp).has_value(); });
}

}  // namespace

TEST_CASE("many lines are in the file as they came and nothing else is", "[prediction_log]") {
    LogFixture given;
    given.options.sync = GENERATE(Sync::kInterval, Sync::kAlways, Sync::kNever);
    given.options.ack = GENERATE(Ack::kQueued, Ack::kWritten);
    given.start();

    for (int i = 0; i < 4; ++i) given.append(many_lines(i));
    await([&] { return given.log->ledger().queue_bytes == 0; });

    // The process is still there, with nothing to do.
    CHECK(given.text(partition(1)) == text_of(0, 4));
    CHECK(given.drain() == 0);
    CHECK(given.text(partition(1)) == text_of(0, 4));
    CHECK(given.log->ledger().written == 8'000);
}

TEST_CASE("few lines between many and another partition between them change nothing",
          "[prediction_log]") {
    LogFixture given;
    given.start();
    std::mt19937 random(7);
    std::string first;
    std::string second;

    for (int i = 0; i < 25; ++i) {
        const bool late = random() % 5 == 0;
        const auto to = partition(late ? 1 : 2);
        const auto batch =
            random() % 2 == 0 ? many_lines(i, to) : batch_of(to, line(std::to_string(i), i * 10U));
        append_when_there_is_room(*given.log, batch);
        (late ? first : second) += batch.text();
        if (random() % 8 == 0) await([&] { return given.log->ledger().queue_bytes == 0; });
    }
    CHECK(given.drain() == 0);

    CHECK(given.text(partition(1)) == first);
    CHECK(given.text(partition(2)) == second);
}

TEST_CASE("whoever follows a file under load sees its lines in order and none torn",
          "[prediction_log]") {
    LogFixture given;
    given.start();
    const auto expected = text_of(0, 10);
    given.append(batch_of(partition(1), line("first")));
    await([&] { return given.log->ledger().queued == 0; });
    std::atomic<bool> done = false;
    auto follower = std::async(std::launch::async, [&] {
        std::ifstream in(given.path(partition(1)), std::ios::binary);
        std::string seen;
        for (bool last = false; !last;) {
            last = done;
            char buffer[10'000];
            in.clear();
            while (in.read(buffer, sizeof buffer), in.gcount() > 0) {
                seen.append(buffer, static_cast<std::size_t>(in.gcount()));
                in.clear();
            }
        }
        return seen;
    });

    for (int i = 0; i < 10; ++i) append_when_there_is_room(*given.log, many_lines(i));
    CHECK(given.drain() == 0);
    done = true;

    CHECK(follower.get() == line("first") + expected);
}

TEST_CASE("short writes of many lines make whole lines", "[prediction_log]") {
    LogFixture given;
    given.storage.shorten_writes(GENERATE(1'000'001, 300'000, 4096));
    given.start();

    for (int i = 0; i < 5; ++i) given.append(many_lines(i));
    CHECK(given.drain() == 0);

    CHECK(given.text(partition(1)) == text_of(0, 5));
}

TEST_CASE("any write of many that fails is made up for", "[prediction_log]") {
    LogFixture given;
    const auto after = GENERATE(0, 1, 2, 3, 5);
    const auto times = GENERATE(1, FaultyStorage::kForGood);
    given.storage.fail(Call::kAppend, EIO, {.after = after, .times = times});
    given.start();

    for (int i = 0; i < 3; ++i) given.append(many_lines(i));
    await([&] { return given.log->ledger().errors["write"] > 0; });
    if (times == FaultyStorage::kForGood) {
        await([&] { return !given.log->trouble().empty(); });
        const auto text = given.text(partition(1));
        CHECK(text_of(0, 3).starts_with(text));
        CHECK((text.empty() || text.ends_with('\n')));
        CHECK(adds_up(given.log->ledger()));
        given.storage.heal();
    }
    CHECK(given.drain() == 0);

    CHECK(given.text(partition(1)) == text_of(0, 3));
    CHECK(given.log->ledger().written == 6'000);
    CHECK(given.log->ledger().lost == 0);
}

TEST_CASE("a disk that is full in the midst of many lines holds whole ones", "[prediction_log]") {
    LogFixture given;
    const auto room = GENERATE(4096, 1'000'000, 2'100'000, 3'000'001);
    given.storage.set_room(static_cast<std::uint64_t>(room));
    given.start();

    for (int i = 0; i < 3; ++i) given.append(many_lines(i));
    await([&] { return !given.log->trouble().empty(); });
    const auto text = given.text(partition(1));
    CHECK(text_of(0, 3).starts_with(text));
    CHECK((text.empty() || text.ends_with('\n')));
    CHECK(given.log->ledger().written_bytes == text.size());
    given.storage.heal();
    CHECK(given.drain() == 0);

    CHECK(given.text(partition(1)) == text_of(0, 3));
}

TEST_CASE("a failed sync amid many lines loses and doubles none", "[prediction_log]") {
    LogFixture given;
    given.options.queue_bytes = 8 << 20;  // So that there is a sync every MiB.
    given.storage.fail(Call::kSync, EIO, {.after = GENERATE(0, 1, 2)});
    given.start();

    for (int i = 0; i < 10; ++i) append_when_there_is_room(*given.log, many_lines(i));
    CHECK(given.drain() == 0);

    CHECK(given.log->ledger().errors == std::map<std::string_view, std::uint64_t>{{"fsync", 1}});
    std::string text;
    if (std::filesystem::exists(given.path(partition(1)))) text = given.text(partition(1));
    text += given.text(partition(1), 1);
    CHECK(text == text_of(0, 10));
}

TEST_CASE("a file that is gone under load is made anew and holds whole lines", "[prediction_log]") {
    LogFixture given;
    given.start();
    for (int i = 0; i < 5; ++i) given.append(many_lines(i));
    await([&] { return given.log->ledger().queue_bytes == 0; });

    std::filesystem::remove(given.path(partition(1)));
    for (int i = 5; i < 10; ++i) given.append(many_lines(i));
    CHECK(given.drain() == 0);

    CHECK(given.text(partition(1)) == text_of(5, 10));
}

TEST_CASE("a process killed under load loses no batch that was acknowledged as written",
          "[prediction_log]") {
    LogFixture given;
    given.options.ack = Ack::kWritten;
    int pipe[2];
    REQUIRE(::pipe(pipe) == 0);
    const auto child = ::fork();
    if (child == 0) {
        auto log = PredictionLog::open(given.options, kIdentity, given.clock, given.storage);
        for (int i = 0;; ++i) {
            auto ticket = (*log)->append(many_lines(i), Transport::kHttp);
            while (!ticket) ticket = (*log)->append(many_lines(i), Transport::kHttp);
            const auto tell = [i, &pipe] {
                if (::write(pipe[1], &i, sizeof i) != sizeof i) ::_exit(1);
            };
            if ((*log)->settled_or_wake(*ticket, tell)) tell();
        }
    }
    ::close(pipe[1]);
    int acknowledged = -1;
    const auto read_one = [&] {
        int told = -1;
        const bool good = ::read(pipe[0], &told, sizeof told) > 0;
        acknowledged = std::max(acknowledged, told);
        return good;
    };
    const int enough = GENERATE(3, 20);
    while (acknowledged < enough) REQUIRE(read_one());
    ::kill(child, SIGKILL);
    int status = 0;
    ::waitpid(child, &status, 0);
    while (read_one()) continue;
    ::close(pipe[0]);

    given.start();
    CHECK(given.drain() == 0);

    const auto text = given.text(partition(1));
    CHECK(text.starts_with(text_of(0, acknowledged + 1)));
    CHECK(text.ends_with("\"}\n"));
    CHECK(text_of(0, acknowledged + 60).starts_with(text));
}

}  // namespace boxkited
