#include "shipping/backlog.h"

#include <sys/wait.h>
#include <unistd.h>

#include <catch2/catch.hpp>

#include "support/stepped_storage.h"
#include "support/temporary_directory.h"

namespace boxkited {

namespace {

using namespace std::chrono_literals;

using Fate = SteppedStorage::Fate;
using Names = std::vector<std::string>;

constexpr WallTime kNow = std::chrono::sys_days(std::chrono::May / 2 / 2024) + 12h;

struct Fixture {
    TemporaryDirectory directory;
    DiskStorage disk;

    std::filesystem::path make(const std::string& name, const std::string& text = "lines\n") {
        write_file(directory / name, text);
        return directory / name;
    }
    Backlog backlog() { return backlog(disk); }
    Backlog backlog(Storage& storage) { return {directory.path(), "model-pod", storage}; }
    Names waiting() {
        const auto listed = backlog().list(kNow);
        REQUIRE(listed.has_value());
        Names names;
        for (const auto& file : *listed)
            names.push_back(file.path.lexically_relative(directory.path()));
        return names;
    }
    Names files() const {
        Names names;
        for (const auto& entry : std::filesystem::recursive_directory_iterator(directory.path()))
            if (entry.is_regular_file())
                names.push_back(entry.path().lexically_relative(directory.path()));
        std::sort(names.begin(), names.end());
        return names;
    }
};

const std::string kFile = "2024-05-01/1315_model-pod.txt";

}  // namespace

TEST_CASE("sealed files of the writer wait, the oldest first, and no others", "[shipping]") {
    Fixture given;
    for (const auto* name :
         {"2024-05-02/0000_model-pod.txt", "2024-05-01/1315_model-pod.1.txt",
          "2024-05-01/1315_model-pod.txt", "2024-05-01/0900_model-pod.2.txt",
          "2024-05-01/0000_other-pod.txt", "2024-05-01/1315_model-pod.txt.suspect"}) {
        given.make(name);
        given.make(name + std::string(".sealed"), "");
    }
    given.make("2024-05-01/1330_model-pod.txt");
    given.make("2024-05-01/1345_model-pod.txt");
    given.make("2024-05-01/1345_model-pod.txt.shipped", "");

    CHECK(given.waiting() ==
          Names{"2024-05-01/0900_model-pod.2.txt", "2024-05-01/1315_model-pod.1.txt",
                "2024-05-01/1315_model-pod.txt", "2024-05-02/0000_model-pod.txt"});
}

TEST_CASE("the seal of a file that is gone is taken away", "[shipping]") {
    Fixture given;
    given.make(kFile + ".sealed", "");
    given.make("2024-05-01/1315_other-pod.txt.sealed", "");

    CHECK(given.waiting().empty());
    CHECK(given.files() == Names{"2024-05-01/1315_other-pod.txt.sealed"});
}

TEST_CASE("of a day that is over and empty nothing stays", "[shipping]") {
    Fixture given;
    for (const auto* date : {"2024-04-29", "2024-04-30", "2024-05-01", "2024-05-02"})
        std::filesystem::create_directory(given.directory / date);
    given.make("2024-04-29/1315_model-pod.txt.sealed", "");
    given.make("2024-04-30/1315_other-pod.txt");

    CHECK(given.waiting().empty());
    Names left;
    for (const auto& entry : std::filesystem::directory_iterator(given.directory.path()))
        left.push_back(entry.path().filename());
    std::sort(left.begin(), left.end());
    CHECK(left == Names{"2024-04-30", "2024-05-02"});
}

TEST_CASE("a file that is settled is gone, or has the other seal", "[shipping]") {
    Fixture given;
    const bool keep = GENERATE(false, true);
    const auto file = given.make(kFile);
    given.make(kFile + ".sealed", "");

    REQUIRE(given.backlog().settle(file, keep).has_value());

    CHECK(given.waiting().empty());
    CHECK(given.files() == (keep ? Names{kFile, kFile + ".shipped"} : Names{}));
}

TEST_CASE("a file that the retention took meanwhile is settled", "[shipping]") {
    Fixture given;
    const bool keep = GENERATE(false, true);

    CHECK(given.backlog()
              .settle(given.make("2024-05-01/other").parent_path() / "1315_model-pod.txt", keep)
              .has_value());

    CHECK(given.files() == Names{"2024-05-01/other"});
}

TEST_CASE("whichever call fails while a file is settled, it still waits or is settled",
          "[shipping]") {
    const bool keep = GENERATE(false, true);
    int step = 0;
    for (bool failed = true; failed;) {
        CAPTURE(++step, keep);
        Fixture given;
        const auto file = given.make(kFile);
        given.make(kFile + ".sealed", "");
        failed = false;
        SteppedStorage storage(given.disk, [&](int at) {
            if (at != step) return Fate();
            failed = true;
            return Fate::failed(EIO);
        });

        const auto settled = given.backlog(storage).settle(file, keep);

        CHECK(settled.has_value() == !failed);
        // Never without a seal: it would be written to, and shipped again with more.
        const auto left = given.files();
        if (std::count(left.begin(), left.end(), kFile) > 0) CHECK(left.size() == 2);
        if (!settled && !given.waiting().empty())
            REQUIRE(given.backlog().settle(file, keep).has_value());
        CHECK(given.waiting().empty());
    }
    CHECK(step > 2);
}

TEST_CASE("killed at any step of settling a file, it still waits or is settled", "[shipping]") {
    const bool keep = GENERATE(false, true);
    int step = 0;
    for (bool killed = true; killed;) {
        CAPTURE(++step, keep);
        Fixture given;
        const auto file = given.make(kFile);
        given.make(kFile + ".sealed", "");

        const auto child = ::fork();
        REQUIRE(child >= 0);
        if (child == 0) {
            SteppedStorage storage(given.disk, [&](int at) {
                return at == step ? Fate::killed(Fate::End::kAfter) : Fate();
            });
            ::_exit(given.backlog(storage).settle(file, keep) ? 0 : 1);
        }
        int status = 0;
        REQUIRE(::waitpid(child, &status, 0) == child);
        killed = WIFSIGNALED(status);

        const auto left = given.files();
        if (std::count(left.begin(), left.end(), kFile) > 0) CHECK(left.size() == 2);
        if (!given.waiting().empty()) REQUIRE(given.backlog().settle(file, keep).has_value());
        CHECK(given.waiting().empty());
        CHECK(given.files() == (keep ? Names{kFile, kFile + ".shipped"} : Names{}));
    }
    CHECK(step > 2);
}

}  // namespace boxkited
