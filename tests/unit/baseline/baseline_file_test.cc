#include <sys/stat.h>
#include <unistd.h>

#include <catch2/catch.hpp>
#include <filesystem>
#include <fstream>

#include "baseline/baseline.h"
#include "support/temporary_directory.h"

using namespace boxkited;
namespace fs = std::filesystem;

namespace {

std::string reason(const fs::path& file) {
    const auto baseline = read_baseline(file);
    return baseline ? "good" : to_string(baseline.error(), "file");
}

void write(const fs::path& file, std::string_view text) {
    std::ofstream(file, std::ios::binary) << text;
}

}  // namespace

TEST_CASE("a file is read through a symbolic link", "[baseline]") {
    const TemporaryDirectory folder;
    fs::create_symlink(BOXKITED_GOLDEN "/iris/histogram.prom", folder / "link");

    const auto baseline = read_baseline(folder / "link");

    REQUIRE(baseline);
    CHECK(baseline->variables.size() == 5);
}

TEST_CASE("what cannot be read says why", "[baseline]") {
    const TemporaryDirectory folder;
    REQUIRE(::mkfifo((folder / "fifo").c_str(), 0600) == 0);
    write(folder / "empty", "");
    write(folder / "bad", "# TYPE feature_0_value_baseline gauge\n");

    CHECK(reason(folder / "missing") == "file: No such file or directory");
    CHECK(reason(folder / "empty" / "below") == "file: Not a directory");
    CHECK(reason(folder / ".") == "file: is a directory");
    CHECK(reason(folder / "fifo") == "file: is not a regular file");
    CHECK(reason("/proc/self/mem") == "file: Input/output error");
    CHECK(reason(folder / "empty") == "file: no family that ends in _baseline");
    CHECK(reason(folder / "bad") ==
          "file:1: type of feature_0_value_baseline is \"gauge\", it must be histogram or counter");
}

TEST_CASE("a file without read permission says so", "[baseline]") {
    if (::geteuid() == 0) return;  // Root may read all.
    const TemporaryDirectory folder;
    write(folder / "secret", "");
    fs::permissions(folder / "secret", fs::perms::none);

    CHECK(reason(folder / "secret") == "file: Permission denied");
}

TEST_CASE("a file beyond the limit is not read to its end", "[baseline]") {
    const TemporaryDirectory folder;
    write(folder / "huge", "");
    fs::resize_file(folder / "huge", (256ULL << 20) + 1);  // Sparse: takes no room on the disk.

    CHECK(reason(folder / "huge") == "file: is larger than 256 MiB");
}
