#include "base/storage.h"

#include <fcntl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <catch2/catch.hpp>
#include <cerrno>
#include <csignal>
#include <memory>
#include <random>

#include "support/temporary_directory.h"

namespace {

int write_back_error = 0;  // That the next sync_file_range() fails with.

}  // namespace

// In the place of the C library's, on a disk that fails when it is told to.
extern "C" int sync_file_range(int descriptor, off64_t offset, off64_t bytes, unsigned flags) {
    if (write_back_error == 0)
        return static_cast<int>(::syscall(SYS_sync_file_range, descriptor, offset, bytes, flags));
    errno = std::exchange(write_back_error, 0);
    return -1;
}

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

// Text that lies `lead` bytes behind the beginning of a page.
class PlacedText {
public:
    PlacedText(std::size_t size, std::size_t lead)
        : memory_(size + lead + page_bytes()), size_(size) {
        void* at = memory_.data();
        std::size_t room = memory_.size();
        std::align(page_bytes(), size + lead, at, room);
        text_ = static_cast<char*>(at) + lead;
        for (std::size_t i = 0; i < size; ++i) text_[i] = static_cast<char>('a' + i / 7 % 26);
    }
    std::string_view view() const { return {text_, size_}; }

private:
    std::vector<char> memory_;
    std::size_t size_;
    char* text_;
};

void append_all(File& file, std::string_view text) {
    while (!text.empty()) {
        const auto in = file.append(text);
        REQUIRE(in.has_value());
        text.remove_prefix(*in);
    }
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

TEST_CASE("much that lies as its file does is appended like little", "[storage]") {
    const auto before = GENERATE(as<std::size_t>(), 0, 1, 511, 4095, 4096, 70'000);
    const auto beside = GENERATE(as<std::size_t>(), 0, 1);  // 1: it does not lie so.
    const TemporaryDirectory directory;
    const auto file = open(directory / "file");
    const std::string first(before, '-');
    append_all(*file, first);

    const PlacedText text(1'000'000, before % page_bytes() + beside);
    append_all(*file, text.view());
    CHECK(*file->size() == before + text.view().size());
    append_all(*file, "end");
    CHECK(file->sync().has_value());

    CHECK(read_file(directory / "file") == first + std::string(text.view()) + "end");
}

TEST_CASE("whoever reads along sees all that is appended whatever its size", "[storage]") {
    const TemporaryDirectory directory;
    const auto file = open(directory / "file");
    const auto reader = open(directory / "file");
    std::mt19937 random(1);
    std::uint64_t length = 0;
    std::string seen;

    for (int i = 0; i < 100; ++i) {
        const auto size = random() % (i % 3 == 0 ? 100 : 1'000'000) + 1;
        const PlacedText text(size, length % page_bytes());
        append_all(*file, text.view());
        seen.resize(size + 1);
        REQUIRE(*reader->read_at(length, seen.data(), seen.size()) == size);
        seen.pop_back();
        REQUIRE(seen == text.view());
        if (i % 10 == 7) CHECK(file->sync().has_value());
        length += size;
    }
    CHECK(std::filesystem::file_size(directory / "file") == length);
}

TEST_CASE("what is cut off in the midst of much is appended anew", "[storage]") {
    const TemporaryDirectory directory;
    const auto file = open(directory / "file");
    const PlacedText text(1'000'000, 0);
    append_all(*file, text.view());

    CHECK(file->truncate(600'001).has_value());
    const PlacedText again(500'000, 600'001 % page_bytes());
    append_all(*file, again.view());

    CHECK(read_file(directory / "file") ==
          std::string(text.view().substr(0, 600'001)) + std::string(again.view()));
}

TEST_CASE("a file that may not grow takes what fits of much", "[storage]") {
    // The kernel shortens the write to an odd length, which it then refuses to take directly.
    constexpr rlim_t kFits = 300'001;
    const TemporaryDirectory directory;
    const auto child = ::fork();
    if (child == 0) {
        std::signal(SIGXFSZ, SIG_IGN);
        const rlimit limit{kFits, kFits};
        ::setrlimit(RLIMIT_FSIZE, &limit);
        const auto file = open(directory / "file");
        const PlacedText text(1'000'000, 0);
        std::size_t in = 0;
        for (;;) {
            const auto more = file->append(text.view().substr(in));
            if (!more) ::_exit(more.error().code == EFBIG && in == kFits ? 0 : 1);
            in += *more;
        }
    }
    int status = -1;
    REQUIRE(::waitpid(child, &status, 0) == child);
    CHECK(status == 0);

    CHECK(read_file(directory / "file") == PlacedText(1'000'000, 0).view().substr(0, kFits));
}

TEST_CASE("what could not be written back is told by the next sync and appended all the same",
          "[storage]") {
    const TemporaryDirectory directory;
    const auto file = open(directory / "file");
    append_all(*file, std::string(10, '-'));
    const PlacedText text(1'000'000, 10);
    write_back_error = EIO;

    append_all(*file, text.view());
    CHECK(write_back_error == 0);
    const auto synced = file->sync();

    REQUIRE_FALSE(synced.has_value());
    CHECK(to_string(synced.error()) ==
          "fsync " + (directory / "file").native() + ": Input/output error");
    CHECK(file->sync().has_value());
    CHECK(read_file(directory / "file") == std::string(10, '-') + std::string(text.view()));
}

TEST_CASE("a system that cannot write back a part of a file still appends", "[storage]") {
    const TemporaryDirectory directory;
    const auto file = open(directory / "file");
    const PlacedText text(1'000'000, 0);
    write_back_error = ENOSYS;

    append_all(*file, text.view());

    CHECK(file->sync().has_value());
    CHECK(read_file(directory / "file") == text.view());
}

TEST_CASE("a file knows when its path leads elsewhere", "[storage]") {
    const TemporaryDirectory directory;
    const auto path = directory / "file";
    const auto file = open(path);
    CHECK(*file->is_still_at_its_path());

    std::filesystem::rename(path, directory / "moved");
    CHECK_FALSE(*file->is_still_at_its_path());
    write_file(path, "another");
    CHECK_FALSE(*file->is_still_at_its_path());
    std::filesystem::remove(path);
    std::filesystem::create_symlink(directory / "moved", path);
    CHECK_FALSE(*file->is_still_at_its_path());
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
