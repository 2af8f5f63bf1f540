#include "base/regular_file.h"

#include <sys/stat.h>

#include <catch2/catch.hpp>

#include "support/temporary_directory.h"

using namespace boxkited;

namespace {

std::string error_of(const std::filesystem::path& path, std::size_t most_bytes = 1000) {
    const auto text = read_regular_file(path, most_bytes);
    return text ? "read " + std::to_string(text->size()) : to_string(text.error());
}

}  // namespace

TEST_CASE("a regular file is read whole, also through a link", "[regular_file]") {
    const TemporaryDirectory directory;
    const std::size_t size = GENERATE(0U, 1U, 4095U, 4096U, 4097U, 100'000U);
    const std::string text(size, 'x');
    std::ofstream(directory / "file") << text;
    std::filesystem::create_symlink("file", directory / "link");

    CHECK((read_regular_file(directory / "file", size).value() == text));
    CHECK((read_regular_file(directory / "link", size).value() == text));
}

TEST_CASE("a file whose size nobody tells is read whole", "[regular_file]") {
    CHECK(error_of("/proc/self/status", 100'000).starts_with("read "));
}

TEST_CASE("what cannot be read says why, and a FIFO is not waited for", "[regular_file]") {
    const TemporaryDirectory directory;
    std::ofstream(directory / "file") << std::string(1001, 'x');
    REQUIRE(::mkfifo((directory / "fifo").c_str(), 0600) == 0);

    CHECK(error_of(directory / "none") == "No such file or directory");
    CHECK(error_of(directory.path()) == "is a directory");
    CHECK(error_of(directory / "fifo") == "is not a regular file");
    CHECK(error_of("/dev/zero") == "is not a regular file");
    CHECK(error_of(directory / "file") == "is too large");
    CHECK(error_of("/proc/self/status", 10) == "is too large");
}
