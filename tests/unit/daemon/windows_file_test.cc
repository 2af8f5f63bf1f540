#include "daemon/windows_file.h"

#include <catch2/catch.hpp>

#include "support/faulty_storage.h"
#include "support/temporary_directory.h"

using namespace boxkited;
using namespace std::chrono_literals;

namespace {

const Identity kIdentity{"endpoint", "logger", "replica", "server"};

std::unique_ptr<WindowsFile> open(const TemporaryDirectory& folder, Storage& storage) {
    auto file = WindowsFile::open(folder.path(), kIdentity, storage);
    REQUIRE(file);
    return *std::move(file);
}

}  // namespace

TEST_CASE("what is saved last is there for the next process", "[drift]") {
    const TemporaryDirectory folder;
    DiskStorage storage;
    open(folder, storage)->save("first");
    const auto file = open(folder, storage);
    file->save("second");
    file->save("third");

    REQUIRE(file->stop(std::chrono::steady_clock::now() + 1min));

    CHECK(file->path().filename() == "endpoint_logger-replica.windows");
    CHECK(file->read(100).value() == "third");
    CHECK(file->read(4).error().code == EFBIG);
}

TEST_CASE("a disk that hangs holds nobody who saves and is told at the end", "[drift]") {
    const TemporaryDirectory folder;
    FaultyStorage storage;
    const auto file = open(folder, storage);
    storage.block(FaultyStorage::Call::kSync);

    for (int i = 0; i < 100; ++i) file->save(std::to_string(i));
    CHECK_FALSE(file->stop(std::chrono::steady_clock::now() + 1ms));

    storage.unblock();
    CHECK(file->stop(std::chrono::steady_clock::now() + 1min));
    CHECK(file->read(100).value() == "99");
}

TEST_CASE("another process that has the file is an error and a folder that is none is not",
          "[drift]") {
    const TemporaryDirectory folder;
    DiskStorage storage;
    const auto file = open(folder, storage);

    const auto other = WindowsFile::open(folder.path(), kIdentity, storage);
    REQUIRE_FALSE(other);
    CHECK(other.error().code == EWOULDBLOCK);

    write_file(folder / "no folder", "");
    const auto nowhere = WindowsFile::open(folder / "no folder", kIdentity, storage);
    REQUIRE(nowhere);
    (*nowhere)->save("lost");
    CHECK((*nowhere)->stop(std::chrono::steady_clock::now() + 1min));
}
