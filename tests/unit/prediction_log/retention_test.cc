#include "prediction_log/retention.h"

#include <sys/stat.h>

#include <catch2/catch.hpp>

#include "log_fixture.h"
#include "support/manual_clock.h"

namespace boxkited {

namespace {

using std::chrono::days;
using std::chrono::hours;
using std::chrono::minutes;

struct Fixture : LogFixture {
    ManualClock manual{utc(2024, 5, 10, 12, 0)};

    Fixture() { options.retention = days(3); }

    // A file of 100 bytes.
    std::filesystem::path make(const std::string& name, const std::string& of = "iris") {
        const auto made = endpoints_directory(options.directory) / of / name;
        write_file(made, std::string(100, 'x'));
        return made;
    }
    void run(std::set<Partition> in_use = {}) {
        LineQueue queue(options, manual);
        Retention(options, manual, storage, queue)
            .run({endpoint(), writer_name(kIdentity), std::move(in_use)});
    }
};

using Names = std::vector<std::string>;

}  // namespace

TEST_CASE("a partition is deleted once all of it is older than the retention", "[prediction_log]") {
    Fixture given;
    given.make("2024-05-07/1130_model-pod-1.txt");
    given.make("2024-05-07/1145_model-pod-1.txt");
    given.make("2024-05-07/1145_model-pod-1.2.txt");
    given.make("2024-05-07/1146_model-pod-1.txt");
    given.make("2024-05-07/1200_model-pod-1.txt");
    given.make("2024-05-06/2345_other-pod-9.txt");
    const auto of_another = given.make("2024-04-01/0000_a-b.txt", "wine");

    given.run();

    CHECK(given.files() ==
          Names{"2024-05-07/1146_model-pod-1.txt", "2024-05-07/1200_model-pod-1.txt"});
    CHECK_FALSE(std::filesystem::exists(of_another.parent_path()));
    CHECK(std::filesystem::exists(of_another.parent_path().parent_path()));
    CHECK_FALSE(std::filesystem::exists(given.endpoint() / "2024-05-06"));
}

TEST_CASE("retention 0 keeps everything", "[prediction_log]") {
    Fixture given;
    given.options.retention = days(0);
    given.make("1999-01-01/0000_model-pod-1.txt");

    given.run();

    CHECK(given.files().size() == 1);
}

TEST_CASE("only files that the layout names are deleted", "[prediction_log]") {
    Fixture given;
    given.options.retention_bytes = 1;
    const Names foreign{"2024-01-01/0000_model-pod-1.csv",
                        "2024-01-01/0000_model-pod-1.txt.suspect",
                        "2024-01-01/2460_model-pod-1.txt",
                        "2024-01-01/0000_model-pod-1.txt/0000_a-b.txt",
                        "2024-01-01/notes.txt",
                        "2024-01-01/deep/0000_a-b.txt",
                        "2024-13-01/0000_model-pod-1.txt",
                        "0000_model-pod-1.txt",
                        "x2024-01-01/0000_model-pod-1.txt"};
    for (const auto& name : foreign) given.make(name);
    write_file(given.options.directory / "2024-01-01" / "0000_a-b.txt", "");

    given.run();

    auto left = given.files();
    CHECK(left.size() == foreign.size());
    CHECK(std::filesystem::exists(given.options.directory / "2024-01-01" / "0000_a-b.txt"));
}

TEST_CASE("retention goes through no link and deletes none", "[prediction_log]") {
    Fixture given;
    const auto target = given.directory / "elsewhere";
    write_file(target / "0000_model-pod-1.txt", "kept");
    write_file(target / "2024-01-01" / "0000_model-pod-1.txt", "kept");
    given.make("2024-01-02/0000_a-b.txt");
    const auto link = given.endpoint() / "2024-01-02" / "0000_model-pod-1.txt";
    std::filesystem::create_symlink(target / "0000_model-pod-1.txt", link);
    std::filesystem::create_directory_symlink(target, given.endpoint() / "2024-01-01");
    std::filesystem::create_directory_symlink(target, given.endpoint().parent_path() / "linked");

    given.run();

    CHECK(read_file(target / "0000_model-pod-1.txt") == "kept");
    CHECK(read_file(target / "2024-01-01" / "0000_model-pod-1.txt") == "kept");
    CHECK(std::filesystem::is_symlink(link));
    CHECK(std::filesystem::is_symlink(given.endpoint() / "2024-01-01"));
}

TEST_CASE("the oldest closed partitions are deleted until the tree is small enough",
          "[prediction_log]") {
    Fixture given;
    given.options.retention = days(0);
    given.options.retention_bytes = 350;
    given.make("2024-05-08/2345_model-pod-1.txt");
    given.make("2024-05-09/0000_model-pod-1.txt");
    given.make("2024-05-09/0000_model-pod-2.txt");
    given.make("2024-05-09/0015_model-pod-1.txt");
    given.make("2024-05-10/1145_model-pod-1.txt");
    given.make("2024-05-09/0000_model-pod-1.txt", "aaa");

    given.run({partition(0) + days(8), partition(23, 45) + days(7)});

    // The first two of its own are being written to.
    CHECK(given.files() == Names{"2024-05-08/2345_model-pod-1.txt",
                                 "2024-05-09/0000_model-pod-1.txt",
                                 "2024-05-10/1145_model-pod-1.txt"});
}

TEST_CASE("a partition whose span has not ended is never deleted", "[prediction_log]") {
    Fixture given;
    given.options.retention_bytes = 1;
    given.make("2024-05-10/1145_model-pod-1.txt");
    given.make("2024-05-10/1146_model-pod-1.txt");
    given.make("2024-05-11/0000_model-pod-1.txt");
    std::filesystem::create_directory(given.endpoint() / "2024-05-12");
    std::filesystem::create_directory(given.endpoint() / "2024-05-09");

    given.run();

    CHECK(given.files() ==
          Names{"2024-05-10/1146_model-pod-1.txt", "2024-05-11/0000_model-pod-1.txt"});
    CHECK(std::filesystem::exists(given.endpoint() / "2024-05-12"));
    CHECK_FALSE(std::filesystem::exists(given.endpoint() / "2024-05-09"));
}

TEST_CASE("a clock that jumps ahead deletes nothing young", "[prediction_log]") {
    Fixture given;
    LineQueue queue(given.options, given.manual);
    Retention retention(given.options, given.manual, given.storage, queue);
    given.make("2024-05-07/1200_model-pod-1.txt");

    given.manual.jump(days(40));
    retention.run({});
    CHECK(given.files().size() == 1);
    given.manual.jump(-days(41));
    given.manual.advance(minutes(20));
    retention.run({});
    CHECK(given.files().size() == 1);
    given.manual.jump(days(1));
    retention.run({});
    CHECK(given.files().empty());
}

TEST_CASE("a file that cannot be deleted is counted and keeps no other", "[prediction_log]") {
    Fixture given;
    given.make("2024-01-01/0000_model-pod-1.txt");
    given.make("2024-01-01/0015_model-pod-1.txt");
    given.storage.fail(FaultyStorage::Call::kRemove, EACCES);
    LineQueue queue(given.options, given.manual);

    Retention(given.options, given.manual, given.storage, queue).run({});

    CHECK(given.files() == Names{"2024-01-01/0000_model-pod-1.txt"});
    CHECK(queue.ledger().errors == std::map<std::string_view, std::uint64_t>{{"remove", 1}});
}

}  // namespace boxkited
