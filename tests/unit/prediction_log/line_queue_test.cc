#include "prediction_log/line_queue.h"

#include <catch2/catch.hpp>

#include "log_fixture.h"

namespace boxkited {

namespace {

constexpr auto kHttp = Transport::kHttp;
constexpr auto kAll = LineQueue::Call::kDue;

std::string text_of(const LinePieces& pieces) {
    std::string text;
    for (const auto& piece : pieces) text += piece.text();
    return text;
}

struct Fixture {
    Fixture() { options.queue_bytes = 16 << 20; }  // Blocks of 2 MiB, of which the tests fill some.

    PredictionLogOptions options;
    SystemClock clock;
};

}  // namespace

TEST_CASE("a full queue takes nothing of a batch and goes on when there is room",
          "[prediction_log]") {
    Fixture given;
    given.options.queue_bytes = 100;
    LineQueue queue(given.options, given.clock);
    LineBatch batch;
    add(batch, partition(1), std::string(29, 'a') + "\n");
    add(batch, partition(2), std::string(29, 'b') + "\n");

    CHECK(queue.append(batch, kHttp) == 1U);
    CHECK_FALSE(queue.append(batch, kHttp).has_value());
    CHECK(queue.append(batch_of(partition(1), std::string(39, 'c') + "\n"), kHttp) == 2U);
    CHECK_FALSE(queue.append(batch_of(partition(1), "\n"), kHttp).has_value());
    CHECK(queue.ledger().queued == 3);
    CHECK(queue.ledger().queue_bytes == 100);
    CHECK(accepted(queue.ledger()) == 3);

    LinePieces taken;
    CHECK(queue.take(taken, kAll) == 2U);
    CHECK_FALSE(queue.append(batch, kHttp).has_value());
    queue.note_written(taken);
    CHECK_FALSE(queue.append(batch, kHttp).has_value());
    queue.release(taken);
    CHECK(queue.append(batch, kHttp) == 3U);
    CHECK(queue.ledger().written == 3);
    CHECK(queue.ledger().queued == 2);
    CHECK(queue.ledger().queue_bytes == 60);
}

TEST_CASE("lines come out as they went in and never in two pieces", "[prediction_log]") {
    Fixture given;
    LineQueue queue(given.options, given.clock);
    std::string expected;
    std::uint64_t events = 0;
    for (int i = 0; i < 50; ++i) {
        LineBatch batch;
        for (int j = 0; j < 100; ++j) {
            // Now and then one that is longer than a block.
            const auto filler = i % 17 == 5 && j == 50 ? 400'000 : (i * 37 + j * 91) % 1000;
            add(batch, partition(i % 3 == 0 ? j % 2 : 0),
                line("x", static_cast<std::size_t>(filler)));
        }
        expected += batch.text();
        events += batch.events();
        REQUIRE(queue.append(batch, kHttp).has_value());
    }

    LinePieces taken;
    queue.take(taken, kAll);

    CHECK(text_of(taken) == expected);
    std::uint64_t counted = 0;
    for (const auto& piece : taken) {
        const auto text = piece.text();
        CHECK(text.ends_with('\n'));
        CHECK(piece.events ==
              static_cast<std::uint64_t>(std::count(text.begin(), text.end(), '\n')));
        counted += piece.events;
    }
    CHECK(counted == events);
}

TEST_CASE("lines of one partition are one piece in each block", "[prediction_log]") {
    Fixture given;
    LineQueue queue(given.options, given.clock);
    LinePieces taken;

    for (int i = 0; i < 10'000; ++i)
        REQUIRE(queue.append(batch_of(partition(1), line("x", 475)), kHttp));
    queue.take(taken, kAll);

    CHECK(taken.size() == 3);  // 5.1 MB in blocks of 2 MiB.
}

TEST_CASE("lines lie in memory as in the file that they go to", "[prediction_log]") {
    Fixture given;
    LineQueue queue(given.options, given.clock);
    // In three blocks.
    const auto append_many = [&] {
        for (int i = 0; i < 10'000; ++i)
            REQUIRE(queue.append(batch_of(partition(1), line("x", 475)), kHttp));
    };
    const auto taken = [&] {
        LinePieces pieces;
        queue.take(pieces, kAll);
        return pieces;
    };
    const auto check = [](const LinePieces& pieces, std::size_t first, std::uint64_t position) {
        for (std::size_t i = first; i < pieces.size(); ++i) {
            CHECK(reinterpret_cast<std::uintptr_t>(pieces[i].data) % page_bytes() ==
                  position % page_bytes());
            position += pieces[i].bytes;
        }
    };

    append_many();
    const auto new_file = taken();
    check(new_file, 0, 0);
    queue.note_written(new_file);
    queue.release(new_file);

    queue.line_up(partition(1), 12'345);  // It was no new one.
    append_many();
    const auto another = taken();
    check(another, 1, 12'345 + another[0].bytes);

    append_many();
    queue.line_up(partition(1), 777);  // Lines wait already.
    append_many();
    const auto at_last = taken();
    check(at_last, at_last.size() - 1, 777 + text_of(at_last).size() - at_last.back().bytes);
}

TEST_CASE("the block being filled is left until it is due unless somebody waits",
          "[prediction_log]") {
    Fixture given;
    const bool waits = GENERATE(false, true);
    if (waits) given.options.ack = PredictionLogOptions::Ack::kWritten;
    LineQueue queue(given.options, given.clock);
    std::string expected;
    const auto append = [&](int lines) {
        for (int i = 0; i < lines; ++i) {
            expected += line(std::to_string(i), 475);
            REQUIRE(queue.append(batch_of(partition(1), line(std::to_string(i), 475)), kHttp));
        }
    };
    std::string taken;
    const auto take = [&](LineQueue::Call call) {
        LinePieces pieces;
        queue.take(pieces, call);
        taken += text_of(pieces);
        return pieces.size();
    };

    append(10);
    CHECK(take(LineQueue::Call::kLines) == 1);  // All there is.
    CHECK(taken == expected);
    append(10'000);
    CHECK(take(LineQueue::Call::kLines) == (waits ? 3 : 2));
    CHECK((taken == expected) == waits);
    append(10);
    CHECK(take(kAll) == 1);
    CHECK(taken == expected);
}

TEST_CASE("memory goes round while lines are taken and released", "[prediction_log]") {
    Fixture given;
    given.options.queue_bytes = 4 << 20;
    LineQueue queue(given.options, given.clock);
    LinePieces held;
    std::string expected;

    for (int i = 0; i < 2000; ++i) {
        const auto text = line(std::to_string(i), static_cast<std::size_t>(i % 3000));
        expected += text;
        REQUIRE(queue.append(batch_of(partition(0), text), kHttp).has_value());
        LinePieces taken;
        if (i % 3 == 0) queue.take(taken, kAll);
        for (const auto& piece : taken) held.push_back(piece);
        if (i % 100 != 99) continue;
        CHECK(expected.starts_with(text_of(held)));
        expected.erase(0, text_of(held).size());
        queue.note_written(held);
        queue.release(held);
        held.clear();
    }
    CHECK(adds_up(queue.ledger()));
}

TEST_CASE("a piece that keeps a block alive alone gets memory of its own", "[prediction_log]") {
    Fixture given;
    LineQueue queue(given.options, given.clock);
    for (int i = 0; i < 4000; ++i)
        REQUIRE(
            queue.append(batch_of(partition(i == 7 ? 1 : 0), line("x", 1000)), kHttp).has_value());
    LinePieces taken;
    queue.take(taken, kAll);
    const auto stuck = taken[1];
    REQUIRE(stuck.partition == partition(1));
    const std::string text(stuck.text());

    CHECK(queue.repacked(stuck).data == stuck.data);  // The others are still needed.
    taken.erase(taken.begin() + 1);
    queue.note_written(taken);
    queue.release(taken);
    const auto moved = queue.repacked(stuck);

    CHECK(moved.data != stuck.data);
    CHECK(moved.text() == text);
    CHECK(moved.block->capacity == text.size());
    CHECK(queue.ledger().queue_bytes == text.size());
    queue.note_written({moved});
    queue.release({moved});
    CHECK(queue.ledger().queue_bytes == 0);
    CHECK(queue.ledger().queued == 0);
}

TEST_CASE("whoever waits for a ticket is called once it is settled and in order",
          "[prediction_log]") {
    Fixture given;
    given.options.ack = PredictionLogOptions::Ack::kWritten;
    LineQueue queue(given.options, given.clock);
    std::string called;
    for (int i = 1; i <= 3; ++i) REQUIRE(queue.append(batch_of(partition(0), "x\n"), kHttp));

    for (const unsigned i : {1U, 2U, 3U})
        CHECK_FALSE(queue.settled_or_wake(i, [&called, i] { called += std::to_string(i); }));
    queue.settle(2);
    CHECK(called == "12");
    CHECK(queue.settled_or_wake(2, [] { FAIL(); }));
    queue.settle(3);
    CHECK(called == "123");
}

TEST_CASE("giving up counts what is queued as lost and drops those who wait", "[prediction_log]") {
    Fixture given;
    given.options.ack = PredictionLogOptions::Ack::kWritten;
    LineQueue queue(given.options, given.clock);
    LinePieces taken;
    REQUIRE(queue.append(batch_of(partition(0), "a\n"), kHttp).has_value());
    queue.take(taken, kAll);
    REQUIRE(queue.append(batch_of(partition(0), "b\n"), kHttp).has_value());
    const auto witness = std::make_shared<int>();
    CHECK_FALSE(queue.settled_or_wake(2, [witness] { FAIL(); }));

    CHECK(queue.drain(given.clock.monotonic()) == 2);

    CHECK(witness.use_count() == 1);
    CHECK(queue.hung());
    CHECK(adds_up(queue.ledger()));
    CHECK_FALSE(queue.append(batch_of(partition(0), "c\n"), kHttp).has_value());
    queue.note_written(taken);  // The disk answers after all.
    CHECK(queue.ledger().lost == 1);
    CHECK(queue.ledger().written == 1);
    CHECK(adds_up(queue.ledger()));
    queue.note_finished();
    CHECK_FALSE(queue.hung());
}

TEST_CASE("a log that is off counts events as unlogged", "[prediction_log]") {
    Fixture given;
    given.options.enabled = false;
    given.options.ack = PredictionLogOptions::Ack::kSynced;
    given.options.queue_bytes = 1;
    LineQueue queue(given.options, given.clock);

    const auto ticket = queue.append(batch_of(partition(0), "abc\n"), Transport::kNdjsonUnix);

    REQUIRE(ticket.has_value());
    CHECK(queue.settled_or_wake(*ticket, [] { FAIL(); }));
    CHECK(queue.ledger().accepted == std::array<std::uint64_t, 3>{0, 0, 1});
    CHECK(queue.ledger().unlogged == 1);
    CHECK(queue.drain(given.clock.monotonic()) == 0);
    CHECK_FALSE(queue.hung());
}

}  // namespace boxkited
