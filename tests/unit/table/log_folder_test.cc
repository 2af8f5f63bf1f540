#include "table/log_folder.h"

#include <catch2/catch.hpp>

#include "support/temporary_directory.h"

using namespace boxkited;

TEST_CASE("the partitions of a log are found in the order of time", "[log_folder]") {
    const TemporaryDirectory directory;
    const auto endpoint = directory / "models/predictions/e";
    for (const char* name :
         {"2024-05-02/0000_l-r.txt", "2024-05-01/1315_l-r.txt", "2024-05-01/1300_l-r.1.txt",
          "2024-05-01/1315_l-r.txt.gz", "2024-05-01/1200_l-r.txt.gz",
          "2024-05-01/1300_l-r.txt.suspect", "2024-05-01/notes.txt", "lock"})
        write_file(endpoint / name, "");

    const auto from_root = log_files(directory.path());
    const auto from_day = log_files(endpoint / "2024-05-02");

    REQUIRE(from_root);
    std::vector<std::string> paths;
    for (const TableFile& file : *from_root) {
        CHECK(file.is_log);
        paths.push_back(std::filesystem::relative(file.path, endpoint));
    }
    // A packed file whose original is still there may not be whole.
    CHECK(paths == std::vector<std::string>{"2024-05-01/1200_l-r.txt.gz",
                                            "2024-05-01/1300_l-r.1.txt", "2024-05-01/1315_l-r.txt",
                                            "2024-05-02/0000_l-r.txt"});
    REQUIRE(from_day);
    CHECK(from_day->size() == 1);
}

TEST_CASE("a folder without a log is an error", "[log_folder]") {
    const TemporaryDirectory directory;
    write_file(directory / "train.csv", "a\n1\n");

    CHECK(to_string(log_files(directory.path()).error()) ==
          directory.path().native() + ": no prediction log in this folder");
    CHECK(to_string(log_files(directory / "none").error()) ==
          (directory / "none").native() + ": No such file or directory");
}

TEST_CASE("inputs are files and the partitions of folders", "[log_folder]") {
    const TemporaryDirectory directory;
    for (const char* name : {"log/2024-05-01/1300_l-r.txt", "log/2024-05-01/2023_sales.csv",
                             "2023_sales.txt", "2024-13-01/1300_l-r.txt"})
        write_file(directory / name, "");
    const auto logged = [&](const char* name) {
        const auto files = table_files({(directory / name).native()});
        return files->front().is_log;
    };

    const auto files = table_files({"-", directory / "log", directory / "2023_sales.txt"});

    REQUIRE(files);
    REQUIRE(files->size() == 3);
    CHECK((*files)[0].path == "-");
    CHECK((*files)[1].path == (directory / "log/2024-05-01/1300_l-r.txt").native());
    CHECK((*files)[2].path == (directory / "2023_sales.txt").native());
    CHECK(logged("log/2024-05-01/1300_l-r.txt"));
    CHECK_FALSE(logged("log/2024-05-01/2023_sales.csv"));
    CHECK_FALSE(logged("2023_sales.txt"));
    CHECK_FALSE(logged("2024-13-01/1300_l-r.txt"));
    CHECK_FALSE(table_files({directory / "2024-13-01", directory / "none"})->back().is_log);
}

TEST_CASE("a partition says of which day it is", "[log_folder]") {
    using namespace std::chrono;

    CHECK(day_of_partition("x/2024-05-01/1300_l-r.txt.gz") == sys_days(2024y / May / 1));
    CHECK(day_of_partition("x/2024-05-01/./1300_l-r.txt") == sys_days(2024y / May / 1));
    CHECK(day_of_partition("x/may/1300_l-r.txt") == std::nullopt);
    CHECK(day_of_partition("x/2024-05-01/notes.txt") == std::nullopt);
}

TEST_CASE("a folder or a partition with a hostile name takes one line of a message",
          "[log_folder]") {
    const TemporaryDirectory directory;
    const auto day = directory / "a\n\x1b[31m/2024-05-01";
    std::filesystem::create_directories(day);
    CHECK(to_string(log_files(day).error()) ==
          '"' + directory.path().native() +
              R"(/a\n\u001b[31m/2024-05-01": no prediction log in this folder)");

    write_file(day / "1300_l-r.txt", "no event\n");
    TableReader reader(*log_files(day), {});
    CHECK(to_string(reader.open().error()) ==
          '"' + directory.path().native() +
              R"(/a\n\u001b[31m/2024-05-01/1300_l-r.txt":1: expected a JSON object)");
}
