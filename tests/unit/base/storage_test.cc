#include "base/storage.h"

#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <catch2/catch.hpp>
#include <cerrno>

#include "support/temporary_directory.h"

namespace boxkited {

using Missing = Storage::Missing;
using Type = DirectoryEntry::Type;

namespace {

mode_t mode_of(const std::filesystem::path& path) {
    struct stat status {};
    REQUIRE(::lstat(path.c_str(), &status) == 0);
    return status.st_mode & 0777;
}

std::unique_ptr<File> open(const std::filesystem::path& path) {
    auto file = DiskStorage().open(path, Missing::kCreate);
    REQUIRE(file.has_value());
    return *std::move(file);
}

int code_of_open(const std::filesystem::path& path, Missing missing = Missing::kCreate) {
    const auto file = DiskStorage().open(path, missing);
    return file ? 0 : file.error().code;
}

}  // namespace

TEST_CASE("a file is made with mode 0640 and appended to", "[storage]") {
    const TemporaryDirectory directory;
    const auto path = directory / "file";
    const auto umask = ::umask(0);

    const auto file = open(path);
    ::umask(umask);
    CHECK(*file->append("one ") == 4);
    CHECK(*open(path)->append("two") == 3);
    CHECK(*file->append(" three") == 6);

    CHECK(read_file(path) == "one two three");
    CHECK(*file->size() == 13);
    CHECK(mode_of(path) == 0640);
}

TEST_CASE("a file is read as far as it goes", "[storage]") {
    const TemporaryDirectory directory;
    write_file(directory / "file", "0123456789");
    const auto file = open(directory / "file");
    char buffer[8];

    CHECK(*file->read_at(2, buffer, 8) == 8);
    CHECK(std::string(buffer, 8) == "23456789");
    CHECK(*file->read_at(7, buffer, 8) == 3);
    CHECK(*file->read_at(10, buffer, 8) == 0);
}

TEST_CASE("what is appended after a cut follows the cut", "[storage]") {
    const TemporaryDirectory directory;
    const auto file = open(directory / "file");
    REQUIRE(file->append("whole\nha").has_value());

    CHECK(file->truncate(6).has_value());
    CHECK(file->append("next\n").has_value());
    CHECK(file->sync().has_value());

    CHECK(read_file(directory / "file") == "whole\nnext\n");
}

TEST_CASE("a file knows when its path leads elsewhere", "[storage]") {
    const TemporaryDirectory directory;
    const auto path = directory / "file";
    const auto file = open(path);
    CHECK(file->is_still_at_its_path());

    std::filesystem::rename(path, directory / "moved");
    CHECK_FALSE(file->is_still_at_its_path());
    write_file(path, "another");
    CHECK_FALSE(file->is_still_at_its_path());
    std::filesystem::remove(path);
    std::filesystem::create_symlink(directory / "moved", path);
    CHECK_FALSE(file->is_still_at_its_path());
}

TEST_CASE("only a regular file is opened and nothing is waited for", "[storage]") {
    const TemporaryDirectory directory;
    write_file(directory / "file", "");
    std::filesystem::create_symlink(directory / "file", directory / "link");
    std::filesystem::create_directory(directory / "folder");
    REQUIRE(::mkfifo((directory / "fifo").c_str(), 0600) == 0);

    CHECK(code_of_open(directory / "link") == ELOOP);
    CHECK(code_of_open(directory / "folder") == EINVAL);
    CHECK(code_of_open(directory / "fifo") == EINVAL);
    CHECK(code_of_open(directory / "absent", Missing::kFail) == ENOENT);
    CHECK(code_of_open(directory / "absent" / "file") == ENOENT);
    CHECK(code_of_open("/dev/null") == EINVAL);
}

TEST_CASE("missing directories are made with mode 0750 and present ones are left alone",
          "[storage]") {
    const TemporaryDirectory directory;
    const auto umask = ::umask(0);

    CHECK(DiskStorage().create_directories(directory / "a/b/c/").has_value());
    CHECK(DiskStorage().create_directories(directory / "a/b").has_value());
    ::umask(umask);

    CHECK(mode_of(directory / "a") == 0750);
    CHECK(mode_of(directory / "a/b/c") == 0750);
    CHECK(DiskStorage().sync_directory(directory / "a/b").has_value());
}

TEST_CASE("a file where a directory is to be made is named", "[storage]") {
    const TemporaryDirectory directory;
    write_file(directory / "file", "");

    const auto made = DiskStorage().create_directories(directory / "file" / "below");

    REQUIRE_FALSE(made.has_value());
    CHECK(to_string(made.error()) ==
          "mkdir " + (directory / "file").native() + ": Not a directory");
}

TEST_CASE("a listing is sorted and tells what each entry is", "[storage]") {
    const TemporaryDirectory directory;
    write_file(directory / "b", "12345");
    std::filesystem::create_directory(directory / "a");
    std::filesystem::create_symlink(directory / "a", directory / "c");

    const auto entries = DiskStorage().list(directory.path());

    REQUIRE(entries.has_value());
    REQUIRE(entries->size() == 3);
    CHECK((*entries)[0].name == "a");
    CHECK((*entries)[0].type == Type::kDirectory);
    CHECK((*entries)[1].name == "b");
    CHECK((*entries)[1].type == Type::kFile);
    CHECK((*entries)[1].bytes == 5);
    CHECK(SystemClock().now() - (*entries)[1].modified < std::chrono::minutes(5));
    CHECK((*entries)[2].name == "c");
    CHECK((*entries)[2].type == Type::kOther);
    CHECK(DiskStorage().list(directory / "absent")->empty());
    CHECK_FALSE(DiskStorage().list(directory / "b").has_value());
}

TEST_CASE("a link is removed and not what it leads to", "[storage]") {
    const TemporaryDirectory directory;
    write_file(directory / "folder" / "file", "kept");
    std::filesystem::create_directory_symlink(directory / "folder", directory / "link");
    DiskStorage storage;

    CHECK(storage.remove(directory / "link").has_value());
    const auto removed = storage.remove(directory / "folder");
    REQUIRE_FALSE(removed.has_value());
    CHECK(removed.error().code == ENOTEMPTY);
    CHECK(read_file(directory / "folder" / "file") == "kept");
    CHECK(storage.rename(directory / "folder" / "file", directory / "file").has_value());
    CHECK(storage.remove(directory / "folder").has_value());
    CHECK(storage.remove(directory / "absent").error().code == ENOENT);
}

TEST_CASE("a second lock is refused and says who holds the first", "[storage]") {
    const TemporaryDirectory directory;
    const auto path = directory / "lock";
    DiskStorage storage;
    auto first = storage.lock(path, "pid 4711");
    REQUIRE(first.has_value());

    const auto second = storage.lock(path, "pid 4712");
    REQUIRE_FALSE(second.has_value());
    CHECK(second.error().code == EWOULDBLOCK);
    CHECK(to_string(second.error()) ==
          "lock " + path.native() + " (held by pid 4711): Resource temporarily unavailable");

    first->reset();
    CHECK(storage.lock(path, "pid 4713").has_value());
    CHECK(read_file(path) == "pid 4713\n");
}

TEST_CASE("a lock ends with its process", "[storage]") {
    const TemporaryDirectory directory;
    const auto path = directory / "lock";
    const auto child = ::fork();
    if (child == 0) {
        const auto held = DiskStorage().lock(path, "the child");
        ::_exit(held ? 0 : 1);
    }
    int status = -1;
    REQUIRE(::waitpid(child, &status, 0) == child);
    REQUIRE(status == 0);

    CHECK(DiskStorage().lock(path, "the parent").has_value());
}

}  // namespace boxkited
