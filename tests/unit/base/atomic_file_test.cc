#include "base/atomic_file.h"

#include <catch2/catch.hpp>
#include <cerrno>
#include <fstream>

#include "support/faulty_storage.h"
#include "support/temporary_directory.h"

using namespace boxkited;

TEST_CASE("a file is replaced whole and folders are made", "[base]") {
    const TemporaryDirectory folder;
    DiskStorage storage;
    const auto path = folder.path() / "a" / "b" / "state";

    REQUIRE(replace_file(storage, path, "old"));
    REQUIRE(replace_file(storage, path, "new one"));

    CHECK(read_file(storage, path, 100).value() == "new one");
    CHECK(storage.list(path.parent_path())->size() == 1);
}

TEST_CASE("whatever call fails the file holds the old contents or the new", "[base]") {
    using Call = FaultyStorage::Call;
    const Call call = GENERATE(Call::kOpen, Call::kTruncate, Call::kAppend, Call::kSync,
                               Call::kRename, Call::kSyncDirectory);
    const TemporaryDirectory folder;
    FaultyStorage storage;
    const auto path = folder.path() / "state";
    REQUIRE(replace_file(storage, path, "old"));

    storage.fail(call, EIO);
    const auto replaced = replace_file(storage, path, "new");

    REQUIRE_FALSE(replaced);
    CHECK(replaced.error().code == EIO);
    const std::string expected = call == Call::kSyncDirectory ? "new" : "old";
    CHECK(read_file(storage, path, 100).value() == expected);
    CHECK(storage.list(folder.path())->size() == 1);
    REQUIRE(replace_file(storage, path, "newer"));
    CHECK(read_file(storage, path, 100).value() == "newer");
}

TEST_CASE("what an earlier process did not finish is not in the way", "[base]") {
    const TemporaryDirectory folder;
    DiskStorage storage;
    std::ofstream(folder.path() / "state.new") << "half of something much longer";

    REQUIRE(replace_file(storage, folder.path() / "state", "short"));

    CHECK(read_file(storage, folder.path() / "state", 100).value() == "short");
}

TEST_CASE("a file that is missing or too long is not read", "[base]") {
    const TemporaryDirectory folder;
    DiskStorage storage;
    REQUIRE(replace_file(storage, folder.path() / "state", "12345"));

    CHECK(read_file(storage, folder.path() / "none", 100).error().code == ENOENT);
    CHECK(read_file(storage, folder.path() / "state", 4).error().code == EFBIG);
    CHECK(read_file(storage, folder.path() / "state", 5).value() == "12345");
}
