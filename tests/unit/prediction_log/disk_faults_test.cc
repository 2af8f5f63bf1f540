#include <sys/stat.h>

#include <atomic>
#include <catch2/catch.hpp>
#include <future>

#include "log_fixture.h"
#include "support/manual_clock.h"

namespace boxkited {

namespace {

using Ack = PredictionLogOptions::Ack;
using Sync = PredictionLogOptions::Sync;
using Call = FaultyStorage::Call;
using Names = std::vector<std::string>;
using Errors = std::map<std::string_view, std::uint64_t>;

constexpr int kForGood = FaultyStorage::kForGood;

std::string lines(int from, int to) {
    std::string text;
    for (int i = from; i < to; ++i) text += line(std::to_string(i), 50);
    return text;
}

struct Fixture : LogFixture {
    void append_lines(int from, int to, Partition where = partition(1)) {
        for (int i = from; i < to; ++i) append(where, line(std::to_string(i), 50));
    }
    std::uint64_t errors(std::string_view operation) const {
        const auto ledger = log->ledger();
        const auto found = ledger.errors.find(operation);
        return found == ledger.errors.end() ? 0 : found->second;
    }
};

}  // namespace

TEST_CASE("a directory taken away before its file is there is made again", "[prediction_log]") {
    Fixture given;
    given.start();
    given.storage.fail(Call::kOpen, ENOENT, {.times = 5});

    given.append(partition(12), line("a"));

    CHECK(given.drain() == 0);
    CHECK(given.text(partition(12)) == line("a"));
    CHECK(given.errors("open") == 0);
}

TEST_CASE("short writes make whole lines", "[prediction_log]") {
    Fixture given;
    given.storage.shorten_writes(GENERATE(1, 7, 100));
    given.start();

    given.append_lines(0, 100);
    CHECK(given.drain() == 0);

    CHECK(given.text(partition(1)) == lines(0, 100));
    CHECK(given.log->ledger().written == 100);
}

TEST_CASE("a full disk holds whole lines only and is gone on with when it has room",
          "[prediction_log]") {
    Fixture given;
    const auto room = GENERATE(0, 1, 50, 500, 777);
    given.options.sync = GENERATE(Sync::kInterval, Sync::kNever);
    given.storage.set_room(static_cast<std::uint64_t>(room));
    given.start();

    given.append_lines(0, 30);
    await([&] { return !given.log->trouble().empty(); });
    CHECK(given.log->trouble() ==
          "write " + given.path(partition(1)).native() + ": No space left on device");
    const auto text = given.text(partition(1));
    CHECK(lines(0, 30).starts_with(text));
    CHECK((text.empty() || text.ends_with('\n')));
    CHECK(adds_up(given.log->ledger()));
    CHECK(given.log->ledger().written ==
          static_cast<std::uint64_t>(std::count(text.begin(), text.end(), '\n')));

    given.append_lines(30, 40);
    given.storage.heal();
    await([&] { return given.log->ledger().queued == 0; });
    await([&] { return given.log->trouble().empty(); });
    CHECK(given.drain() == 0);

    CHECK(given.text(partition(1)) == lines(0, 40));
    CHECK(given.log->ledger().written == 40);
    CHECK(given.log->ledger().lost == 0);
}

TEST_CASE("a half line that cannot be cut off is cut before anything else is written",
          "[prediction_log]") {
    Fixture given;
    given.storage.set_room(100);
    given.storage.fail(Call::kTruncate, EIO, {.times = 3});
    given.start();

    given.append_lines(0, 10);
    await([&] { return given.errors("truncate") > 0; });
    given.storage.heal();
    CHECK(given.drain() == 0);

    CHECK(given.text(partition(1)) == lines(0, 10));
}

TEST_CASE("a full queue refuses and the disk that comes back makes room", "[prediction_log]") {
    Fixture given;
    given.options.queue_bytes = 5000;
    given.storage.fail(Call::kAppend, EIO, {.times = kForGood});
    given.start();

    int taken = 0;
    while (given.log->append(batch_of(partition(1), line(std::to_string(taken), 50)),
                             Transport::kHttp))
        ++taken;
    await([&] { return given.errors("write") >= 3; });
    CHECK_FALSE(given.log->append(batch_of(partition(1), line("x", 50)), Transport::kHttp));
    given.storage.heal();
    await([&] { return given.log->ledger().queue_bytes == 0; });
    given.append_lines(taken, taken + 1);
    CHECK(given.drain() == 0);

    CHECK(given.text(partition(1)) == lines(0, taken + 1));
}

TEST_CASE("an error that stays makes no busy loop", "[prediction_log]") {
    const ManualClock clock(utc(2024, 5, 1));  // No time passes.
    Fixture given;
    given.options.ack = Ack::kWritten;
    given.storage.fail(Call::kAppend, EIO, {.times = kForGood});
    given.start(clock);

    given.append_lines(0, 1);
    await([&] { return given.errors("write") == 1; });
    given.append_lines(1, 100);
    CHECK(given.errors("write") == 1);
    given.storage.heal();
    CHECK(given.log->drain(clock.monotonic() + std::chrono::hours(1)) == 0);

    CHECK(given.text(partition(1)) == lines(0, 100));
    CHECK(given.errors("write") == 1);
}

TEST_CASE("a directory or a file that cannot be made is made later", "[prediction_log]") {
    Fixture given;
    given.start();
    await([&] { return given.storage.calls(Call::kRemove) == 1; });  // The start's own are done.
    const auto call = GENERATE(Call::kOpen, Call::kMakeDirectory, Call::kSyncDirectory);
    given.storage.fail(call, EMFILE, {.times = 3});

    given.append_lines(0, 10);
    CHECK(given.drain() == 0);

    std::string text;
    for (const auto& name : given.files()) text += read_file(given.endpoint() / name);
    CHECK(text == lines(0, 10));
    CHECK(given.log->ledger().written == 10);
}

TEST_CASE("after a failed sync the lines since the last one are in the next file",
          "[prediction_log]") {
    Fixture given;
    given.options.ack = GENERATE(Ack::kQueued, Ack::kWritten, Ack::kSynced);
    given.start();
    given.append_lines(0, 10);
    await([&] { return given.log->ledger().queue_bytes == 0; });
    given.storage.fail(Call::kSync, EIO);

    given.append_lines(10, 20);
    await([&] { return given.log->ledger().queue_bytes == 0; });
    given.append_lines(20, 30);
    CHECK(given.drain() == 0);

    CHECK(given.files() ==
          Names{"2024-05-01/0100_model-pod-1.1.txt", "2024-05-01/0100_model-pod-1.txt"});
    CHECK(lines(0, 30) == given.text(partition(1)) + given.text(partition(1), 1));
    CHECK(given.log->ledger().written == 30);
    CHECK(given.log->ledger().written_bytes == lines(0, 30).size());
    CHECK(given.log->ledger().errors == Errors{{"fsync", 1}});
    CHECK(given.log->trouble().empty());
}

TEST_CASE("a number that is taken is passed over", "[prediction_log]") {
    Fixture given;
    write_file(given.path(partition(1), 1), line("old"));
    std::filesystem::create_directory(given.path(partition(1), 2));
    given.storage.fail(Call::kSync, EIO, {.after = 1});  // The first is recovery's.
    given.start();

    given.append_lines(0, 10);
    CHECK(given.drain() == 0);

    CHECK(given.text(partition(1)).empty());
    CHECK(given.text(partition(1), 1) == line("old"));
    CHECK(given.text(partition(1), 3) == lines(0, 10));
}

TEST_CASE("a file that can be neither synced nor cut is set aside", "[prediction_log]") {
    Fixture given;
    given.start();
    given.append_lines(0, 10);
    await([&] { return given.log->ledger().queue_bytes == 0; });
    write_file(given.path(partition(1)).native() + ".suspect", "an earlier one");
    given.storage.fail(Call::kTruncate, EIO);
    given.storage.fail(Call::kSync, EIO);

    given.append_lines(10, 20);
    CHECK(given.drain() == 0);

    CHECK(given.files() == Names{"2024-05-01/0100_model-pod-1.1.txt",
                                 "2024-05-01/0100_model-pod-1.txt.suspect",
                                 "2024-05-01/0100_model-pod-1.txt.suspect.1"});
    CHECK(read_file(given.path(partition(1)).native() + ".suspect.1").starts_with(lines(0, 10)));
    CHECK(given.text(partition(1), 1).ends_with(lines(19, 20)));
}

TEST_CASE("a disk that never syncs leaves few files and loses what was not synced",
          "[prediction_log]") {
    Fixture given;
    given.start();
    given.append_lines(0, 10);
    await([&] { return given.log->ledger().queue_bytes == 0; });
    given.storage.fail(Call::kSync, EIO, {.times = kForGood});

    given.append_lines(10, 20);
    await([&] { return given.errors("fsync") >= 3; });
    CHECK(given.log->drain(given.clock.monotonic() + std::chrono::milliseconds(50)) == 10);

    CHECK(adds_up(given.log->ledger()));
    CHECK(given.log->ledger().written == 10);
    given.log.reset();
    CHECK(given.files().size() <= 2);
    CHECK(given.text(partition(1)) == lines(0, 10));
}

TEST_CASE("a disk that hangs holds neither senders nor the end", "[prediction_log]") {
    Fixture given;
    given.options.queue_bytes = 2000;
    given.storage.block(GENERATE(Call::kAppend, Call::kSync));
    given.start();
    given.append_lines(0, 10);
    given.storage.await_blocked();

    while (given.log->append(batch_of(partition(1), line("more", 50)), Transport::kHttp)) continue;
    CHECK(adds_up(given.log->ledger()));
    const auto queued = given.log->ledger().queued;
    CHECK(given.log->drain(given.clock.monotonic() + std::chrono::milliseconds(20)) == queued);
    CHECK(given.log->hung());
    CHECK(adds_up(given.log->ledger()));

    given.storage.unblock();
    await([&] { return !given.log->hung(); });
    CHECK(adds_up(given.log->ledger()));
}

TEST_CASE("a disk that does not answer is told as trouble", "[prediction_log]") {
    ManualClock clock(utc(2024, 5, 1));
    Fixture given;
    given.options.ack = Ack::kWritten;
    given.start(clock);
    given.storage.block(Call::kAppend);
    given.append_lines(0, 1);
    given.storage.await_blocked();

    CHECK(given.log->trouble().empty());
    clock.advance(std::chrono::seconds(12));
    CHECK(given.log->trouble() == "the disk has not answered for 12 s");

    given.storage.unblock();
    await([&] { return given.log->trouble().empty(); });
}

TEST_CASE("a second drain with an earlier deadline ends the first", "[prediction_log]") {
    Fixture given;
    given.storage.block(Call::kAppend);
    given.start();
    given.append_lines(0, 1);
    given.storage.await_blocked();

    auto first = std::async(std::launch::async, [&] { return given.drain(); });
    CHECK(given.log->drain(given.clock.monotonic()) == 1);
    CHECK(first.get() == 1);
    given.storage.unblock();
}

TEST_CASE("a file or directory that is removed is made anew", "[prediction_log]") {
    Fixture given;
    given.options.ack = Ack::kSynced;
    given.start();
    given.append_lines(0, 10);
    await([&] { return given.log->ledger().queue_bytes == 0; });

    SECTION("the file") { std::filesystem::remove(given.path(partition(1))); }
    SECTION("the file moved") {
        std::filesystem::rename(given.path(partition(1)), given.directory / "moved");
    }
    SECTION("the directory") {
        std::filesystem::remove_all(given.path(partition(1)).parent_path());
    }
    SECTION("everything") { std::filesystem::remove_all(given.directory / "models"); }
    given.append_lines(10, 20);
    CHECK(given.drain() == 0);

    CHECK(given.text(partition(1)) == lines(10, 20));
    CHECK(given.log->ledger().written == 20);
}

TEST_CASE("files are removed under load and no whole line is lost from what stays",
          "[prediction_log]") {
    Fixture given;
    given.start();
    std::atomic<bool> done = false;
    std::thread remover([&] {
        // What the writer makes anew in the midst of it stays until the next time.
        std::error_code not_empty;
        while (!done) std::filesystem::remove_all(given.directory / "models", not_empty);
    });

    for (int i = 0; i < 3000; ++i) given.append_lines(i, i + 1, partition(i % 4));
    done = true;
    remover.join();
    given.append_lines(0, 10, partition(9));
    CHECK(given.drain() == 0);

    CHECK(given.text(partition(9)) == lines(0, 10));
    CHECK(given.log->ledger().written == 3010);
}

TEST_CASE("what is no file in a file's place is passed by", "[prediction_log]") {
    Fixture given;
    const auto path = given.path(partition(1));
    std::filesystem::create_directories(path.parent_path());
    write_file(given.directory / "target", "kept");
    SECTION("link") { std::filesystem::create_symlink(given.directory / "target", path); }
    SECTION("link to nowhere") { std::filesystem::create_symlink("/nowhere/at/all", path); }
    SECTION("folder") { std::filesystem::create_directory(path); }
    SECTION("fifo") { REQUIRE(::mkfifo(path.c_str(), 0600) == 0); }
    given.start();

    given.append_lines(0, 10);
    await([&] { return given.log->ledger().queue_bytes == 0; });
    given.append_lines(10, 20);
    CHECK(given.drain() == 0);

    CHECK(given.text(partition(1), 1) == lines(0, 20));
    CHECK(given.log->ledger().errors == Errors{{"open", 1}});
    CHECK(given.log->trouble().empty());
    CHECK(read_file(given.directory / "target") == "kept");
}

TEST_CASE("one partition that cannot be written holds no other", "[prediction_log]") {
    Fixture given;
    const auto elsewhere = partition(1) + std::chrono::days(1);
    write_file(given.endpoint() / date_name(elsewhere), "a file in a directory's place");
    given.start();

    LineBatch batch;
    for (int i = 0; i < 10; ++i) {
        add(batch, elsewhere, line(std::to_string(i), 50));
        add(batch, partition(1), line(std::to_string(i), 50));
    }
    given.append(batch);
    await([&] { return given.text(partition(1)) == lines(0, 10); });
    CHECK(given.log->ledger().queued == 10);
    std::filesystem::remove(given.endpoint() / date_name(elsewhere));
    CHECK(given.drain() == 0);

    CHECK(given.text(elsewhere) == lines(0, 10));
}

TEST_CASE("a file with bytes that can neither be believed nor cut off stays open",
          "[prediction_log]") {
    Fixture given;
    given.options.ack = Ack::kWritten;
    given.options.open_partitions = 1;
    given.start();
    given.append_lines(0, 10);
    await([&] { return given.log->ledger().queued == 0; });
    given.storage.fail(Call::kTruncate, EIO, {.times = kForGood});
    given.storage.fail(Call::kAppend, EIO, {.half = true});

    LineBatch batch;
    for (int i = 10; i < 20; ++i) add(batch, partition(1), line(std::to_string(i), 50));
    add(batch, partition(2), line("0", 50));
    given.append(batch);
    await([&] { return given.text(partition(2)) == lines(0, 1); });
    given.storage.heal();
    CHECK(given.drain() == 0);

    CHECK(given.text(partition(1)) == lines(0, 20));
    CHECK(adds_up(given.log->ledger()));
}

TEST_CASE("a full disk is freed of what is due for deletion", "[prediction_log]") {
    ManualClock clock(utc(2024, 6, 1));
    Fixture given;
    given.options.retention = std::chrono::days(30);
    given.options.ack = Ack::kWritten;
    given.start(clock);
    const auto young = partition(1) + std::chrono::days(20);
    given.append_lines(0, 1, young);
    await([&] { return given.log->ledger().queued == 0; });
    write_file(given.path(partition(1)), line("old"));
    given.storage.set_room(0);

    given.append_lines(1, 2, young);
    await([&] { return given.errors("write") >= 1; });
    // Time goes on while the writer works: when it decides when to try again is its own affair.
    const auto full_since = clock.monotonic();
    await([&] {
        clock.advance(std::chrono::milliseconds(1));
        return !std::filesystem::exists(given.path(partition(1)));
    });
    CHECK(clock.monotonic() - full_since < std::chrono::seconds(60));  // Not when it is due anyway.

    given.storage.heal();
    CHECK(given.log->drain(clock.monotonic() + std::chrono::hours(1)) == 0);
    CHECK(given.text(young) == lines(0, 2));
}

}  // namespace boxkited
