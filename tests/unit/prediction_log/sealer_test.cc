#include "prediction_log/sealer.h"

#include <catch2/catch.hpp>

#include "log_fixture.h"
#include "prediction_log/retention.h"
#include "prediction_log/seal.h"
#include "support/manual_clock.h"

namespace boxkited {

namespace {

using std::chrono::minutes;
using Names = std::vector<std::string>;

struct Fixture : LogFixture {
    ManualClock manual{utc(2024, 5, 1, 12, 0)};
    int woken = 0;

    Fixture() { options.seal_after = minutes(5); }

    void make(const std::string& name, const std::string& text = line("a")) {
        write_file(endpoint() / name, text);
    }
    void seal(std::set<Partition> in_use = {}) {
        LineQueue queue(options, manual);
        Sealer sealer(options, endpoint(), writer_name(kIdentity), manual, storage, queue);
        sealer.call_when_sealed([&] { ++woken; });
        sealer.run(in_use);
    }
    Names seals() const {
        Names names;
        for (const auto& name : files())
            if (parse_seal_name(std::filesystem::path(name).filename().native()))
                names.push_back(name);
        return names;
    }
};

}  // namespace

TEST_CASE("a file is sealed some minutes after its partition ended", "[prediction_log]") {
    Fixture given;
    given.make("2024-05-01/1130_model-pod-1.txt");
    given.make("2024-05-01/1140_model-pod-1.2.txt");
    given.make("2024-05-01/1145_model-pod-1.txt");
    given.make("2024-04-30/2345_model-pod-1.txt");

    given.seal();

    CHECK(given.seals() == Names{"2024-04-30/2345_model-pod-1.txt.sealed",
                                 "2024-05-01/1130_model-pod-1.txt.sealed",
                                 "2024-05-01/1140_model-pod-1.2.txt.sealed"});
    CHECK(given.woken == 1);
    given.seal();
    CHECK(given.woken == 1);
}

TEST_CASE("what is in use, empty, shipped or another's is not sealed", "[prediction_log]") {
    Fixture given;
    given.make("2024-05-01/0100_model-pod-1.txt");
    given.make("2024-05-01/0115_model-pod-1.txt", "");
    given.make("2024-05-01/0130_model-pod-1.txt");
    given.make("2024-05-01/0130_model-pod-1.txt.shipped", "");
    given.make("2024-05-01/0145_model-pod-2.txt");
    given.make("2024-05-01/0200_model-pod-1.txt.suspect");

    given.seal({partition(1, 0)});

    CHECK(given.seals() == Names{"2024-05-01/0130_model-pod-1.txt.shipped"});
    CHECK(given.woken == 0);
}

TEST_CASE("a torn end is cut off before a file is sealed", "[prediction_log]") {
    Fixture given;
    given.make("2024-05-01/0100_model-pod-1.txt", line("a") + "{\"predic");

    given.seal();

    CHECK(given.text(partition(1)) == line("a"));
    CHECK(given.seals().size() == 1);
}

TEST_CASE("a file whose sync fails is not sealed", "[prediction_log]") {
    Fixture given;
    given.make("2024-05-01/0100_model-pod-1.txt");
    given.storage.fail(FaultyStorage::Call::kSync, EIO);

    given.seal();
    CHECK(given.seals().empty());
    given.seal();
    CHECK(given.seals().size() == 1);
}

TEST_CASE("lines that come late for a sealed file go to the next number", "[prediction_log]") {
    Fixture given;
    const auto seal = GENERATE(Seal::kSealed, Seal::kShipped);
    const bool is_there = GENERATE(true, false);
    if (is_there) given.make("2024-05-01/0100_model-pod-1.txt", line("first"));
    given.make(seal_name("2024-05-01/0100_model-pod-1.txt", seal), "");
    given.options.seal_after.reset();

    given.start();
    given.append(partition(1), line("late"));
    CHECK(given.drain() == 0);

    CHECK(given.text(partition(1)) == (is_there ? line("first") : ""));
    CHECK(given.text(partition(1), 1) == line("late"));
}

TEST_CASE("a seal that a listing misses, since it is renamed, is seen", "[prediction_log]") {
    Fixture given;
    const Seal seal = GENERATE(Seal::kSealed, Seal::kShipped);
    given.make("2024-05-01/1130_model-pod-1.txt");
    given.make(seal_name("2024-05-01/1130_model-pod-1.txt", seal), "");
    given.options.seal_after = minutes(60 * 24 * 365 * 100);
    given.storage.hide(seal_name("", seal));

    given.start();
    given.append(partition(11, 30), line("late"));
    CHECK(given.drain() == 0);

    CHECK(given.text(partition(11, 30)) == line("a"));
    CHECK(given.text(partition(11, 30), 1) == line("late"));
}

TEST_CASE("retention deletes seals with their files, and those that are left behind",
          "[prediction_log]") {
    Fixture given;
    given.options.retention = std::chrono::days(1);
    given.make("2024-04-01/0100_model-pod-1.txt");
    given.make("2024-04-01/0100_model-pod-1.txt.shipped", "");
    given.make("2024-04-01/0115_model-pod-1.txt.shipped", "");
    given.make("2024-04-01/0130_model-pod-1.txt");
    given.make("2024-04-01/0130_model-pod-1.txt.sealed", "");
    given.make("2024-04-01/0145_model-pod-1.txt");
    given.make("2024-04-01/0200_other-pod.txt");
    LineQueue queue(given.options, given.manual);

    Retention(given.options, given.manual, given.storage, queue)
        .run({given.endpoint(), writer_name(kIdentity), {}});

    CHECK(given.files().empty());
    CHECK_FALSE(std::filesystem::exists(given.endpoint() / "2024-04-01"));
    CHECK(queue.ledger().unshipped_deleted == 2);
}

TEST_CASE("where there is too much, what is shipped is deleted first", "[prediction_log]") {
    Fixture given;
    given.options.retention = std::chrono::days(0);
    given.options.retention_bytes = 250;
    for (const auto* name : {"0100", "0115", "0130"})
        given.make("2024-05-01/" + std::string(name) + "_model-pod-1.txt", std::string(100, 'x'));
    given.make("2024-05-01/0100_model-pod-1.txt.sealed", "");
    given.make("2024-05-01/0130_model-pod-1.txt.shipped", "");
    LineQueue queue(given.options, given.manual);

    Retention(given.options, given.manual, given.storage, queue)
        .run({given.endpoint(), writer_name(kIdentity), {}});

    CHECK(given.files() == Names{"2024-05-01/0100_model-pod-1.txt",
                                 "2024-05-01/0100_model-pod-1.txt.sealed",
                                 "2024-05-01/0115_model-pod-1.txt"});
    CHECK(queue.ledger().unshipped_deleted == 0);
}

}  // namespace boxkited
