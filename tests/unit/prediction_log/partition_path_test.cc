#include "prediction_log/partition_path.h"

#include <catch2/catch.hpp>

#include "log_fixture.h"

namespace boxkited {

using std::chrono::minutes;

TEST_CASE("a file is named by the start of its partition and its writer", "[prediction_log]") {
    const auto start = partition(13, 15);

    CHECK(endpoints_directory("/data") == "/data/models/predictions");
    CHECK(writer_name(kIdentity) == "model-pod-1");
    CHECK(date_name(start) == "2024-05-01");
    CHECK(file_name(start, "model-pod-1", 0) == "1315_model-pod-1.txt");
    CHECK(file_name(start, "model-pod-1", 12) == "1315_model-pod-1.12.txt");
}

TEST_CASE("only the name of a real date is read as one", "[prediction_log]") {
    CHECK(parse_date_name("2024-02-29") == utc(2024, 2, 29));
    const auto name = GENERATE(as<std::string>(), "2023-02-29", "2024-13-01", "2024-00-10",
                               "2024-1-01", "2024-01-1", "24-01-01", "2024-01-010", "2024_01_01",
                               "+024-01-01", "2024-01-0x", " 2024-01-01", "", "..");
    CAPTURE(name);
    CHECK_FALSE(parse_date_name(name).has_value());
}

TEST_CASE("every name that a writer makes is read back", "[prediction_log]") {
    const auto writer = GENERATE(as<std::string>(), "a-b", "model-pod-1", "a.1-b.2", "-a-b", "a--b",
                                 std::string(100, 'l') + "-" + std::string(100, 'r'));
    const auto number = GENERATE(0U, 1U, 10U, 999'999'999U);
    const auto name = file_name(partition(23, 59), writer, number);
    CAPTURE(name);

    CHECK(parse_file_name(name) == minutes(23 * 60 + 59));
    CHECK(is_file_of(name, writer));
    if (number > 0) CHECK(file_number(name) == number);
}

TEST_CASE("a name that no writer makes is not read", "[prediction_log]") {
    const auto name = GENERATE(
        as<std::string>(), "", ".txt", "1315_.txt", "1315_a.txt", "1315_-b.txt", "1315_a-.txt",
        "1315_a-b", "1315_a-b.TXT", "1315_a-b.txt.suspect", "1315_a-b.txt~", "2400_a-b.txt",
        "1260_a-b.txt", "131_a-b.txt", "13150_a-b.txt", "1315-a-b.txt", "1315_a b-c.txt",
        "1315_a-b\n.txt", "1315_..-b.txt", "1315_a-..txt", "x1315_a-b.txt", "1315_a/b-c.txt",
        "1315_a-" + std::string(101, 'r') + ".txt", "-131_a-b.txt", " 131_a-b.txt");
    CAPTURE(name);

    CHECK_FALSE(parse_file_name(name).has_value());
}

TEST_CASE("a writer knows its own files from all others", "[prediction_log]") {
    CHECK(is_file_of("1315_a-b.txt", "a-b"));
    CHECK(is_file_of("0000_a-b.7.txt", "a-b"));
    const auto name =
        GENERATE(as<std::string>(), "1315_a-bb.txt", "1315_aa-b.txt", "1315_a-b.0.txt",
                 "1315_a-b.01.txt", "1315_a-b.x.txt", "1315_a-b..txt", "1315_a-b.1.1.txt",
                 "1315_a-b.txt.suspect", "2500_a-b.txt", "1315_a-b.1234567890.txt");
    CAPTURE(name);
    CHECK_FALSE(is_file_of(name, "a-b"));
}

}  // namespace boxkited
