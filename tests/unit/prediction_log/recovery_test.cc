#include "prediction_log/recovery.h"

#include <catch2/catch.hpp>

#include "log_fixture.h"

namespace boxkited {

namespace {

struct Recovered {
    std::uint64_t torn;
    std::map<std::string_view, std::uint64_t> errors;
};

Recovered recover(LogFixture& given, bool sync = true) {
    LineQueue queue(given.options, given.clock);
    recover_files(given.endpoint(), writer_name(kIdentity), sync, given.clock, given.storage,
                  queue);
    return {queue.ledger().torn_bytes, queue.ledger().errors};
}

}  // namespace

TEST_CASE("recovery cuts the torn ends of its own files and of no other", "[prediction_log]") {
    LogFixture given;
    const auto torn = line("a") + "torn";
    const auto others = given.endpoint() / "2024-05-01";
    const auto own = {given.path(partition(1)), given.path(partition(2), 3)};
    const auto foreign = {
        others / "0100_model-pod-2.txt",
        others / "0100_model-pod-1.txt.suspect",
        others / "2500_model-pod-1.txt",
        given.endpoint() / "0100_model-pod-1.txt",
        given.endpoint() / "2024-02-30" / "0100_model-pod-1.txt",
        given.endpoint().parent_path() / "wine" / "2024-05-01" / "0100_model-pod-1.txt"};
    for (const auto& path : own) write_file(path, torn);
    for (const auto& path : foreign) write_file(path, torn);

    const auto recovered = recover(given);

    CHECK(recovered.torn == 8);
    CHECK(recovered.errors.empty());
    for (const auto& path : own) CHECK(read_file(path) == line("a"));
    for (const auto& path : foreign) CHECK(read_file(path) == torn);
}

TEST_CASE("recovery follows no link", "[prediction_log]") {
    LogFixture given;
    write_file(given.directory / "elsewhere" / "target", "torn");
    write_file(given.path(partition(1)), line("a"));
    std::filesystem::create_symlink(given.directory / "elsewhere" / "target",
                                    given.path(partition(2)));
    write_file(given.directory / "day" / "0100_model-pod-1.txt", "torn");
    std::filesystem::create_directory_symlink(given.directory / "day",
                                              given.endpoint() / "2024-05-02");

    CHECK(recover(given).torn == 0);
    CHECK(read_file(given.directory / "elsewhere" / "target") == "torn");
    CHECK(read_file(given.directory / "day" / "0100_model-pod-1.txt") == "torn");
}

TEST_CASE("recovery leaves padding and empty files as they are", "[prediction_log]") {
    LogFixture given;
    write_file(given.path(partition(1)), line("a") + "\n\n\n");
    write_file(given.path(partition(2)), "");

    CHECK(recover(given).torn == 0);
    CHECK(given.text(partition(1)) == line("a") + "\n\n\n");
    CHECK(given.text(partition(2)).empty());
}

TEST_CASE("a file that cannot be opened keeps recovery from no other", "[prediction_log]") {
    LogFixture given;
    write_file(given.path(partition(1)), "torn");
    write_file(given.path(partition(2)), "torn");
    given.storage.fail(FaultyStorage::Call::kOpen, EACCES);

    const auto recovered = recover(given);

    CHECK(recovered.torn == 4);
    CHECK(recovered.errors == std::map<std::string_view, std::uint64_t>{{"open", 1}});
    CHECK(given.text(partition(1)) == "torn");
    CHECK(given.text(partition(2)).empty());
}

TEST_CASE("what a killed process may have left unsynced is synced", "[prediction_log]") {
    LogFixture given;
    write_file(given.path(partition(1)), line("a"));
    write_file(given.path(partition(2)), line("a"));
    std::filesystem::last_write_time(
        given.path(partition(2)),
        std::filesystem::file_time_type::clock::now() - std::chrono::hours(1));

    recover(given, false);
    CHECK(given.storage.calls(FaultyStorage::Call::kSync) == 0);
    recover(given);
    CHECK(given.storage.calls(FaultyStorage::Call::kSync) == 1);
}

}  // namespace boxkited
