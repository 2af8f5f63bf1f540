#include "table/input_file.h"

#include <catch2/catch.hpp>

#include "base/gzip_member.h"
#include "support/temporary_directory.h"

using namespace boxkited;

namespace {

// All of a file, read `step` bytes at a time; or the error.
std::string read_all(const std::filesystem::path& path, std::size_t step) {
    const auto file = InputFile::open(path);
    if (!file) return file.error();
    std::string text;
    for (std::string buffer(step, '\0');;) {
        const auto got = (*file)->read(buffer.data(), step);
        if (!got) return got.error();
        text.append(buffer, 0, *got);
        if (*got < step) return text;
    }
}

}  // namespace

TEST_CASE("a file is read as it is and gzip is unpacked", "[input_file]") {
    std::string text;
    for (int i = 0; i < 20'000; ++i) text += std::to_string(i * 7919) + ",";
    const auto step = GENERATE(std::size_t{1000}, std::size_t{65'536}, std::size_t{1'000'000});
    const TemporaryDirectory directory;
    write_file(directory / "plain", text);
    write_file(directory / "packed", gzip(text));
    write_file(directory / "members", gzip(text.substr(0, 10)) + gzip(text.substr(10)));
    write_file(directory / "padded", gzip(text) + std::string(100'000, '\0'));
    write_file(directory / "zeros", gzip(std::string(3'000'000, '0')));

    CHECK(read_all(directory / "plain", step) == text);
    CHECK(read_all(directory / "packed", step) == text);
    CHECK(read_all(directory / "members", step) == text);
    CHECK(read_all(directory / "padded", step) == text);
    CHECK(read_all(directory / "zeros", step) == std::string(3'000'000, '0'));
}

TEST_CASE("short files are read whole", "[input_file]") {
    const std::string text = GENERATE("", "x", "\x1f", "\x1fx");
    const TemporaryDirectory directory;
    write_file(directory / "short", text);
    write_file(directory / "packed", gzip(text));

    CHECK(read_all(directory / "short", 1) == text);
    CHECK(read_all(directory / "packed", 1) == text);
}

TEST_CASE("gzip that is cut off or damaged is an error", "[input_file]") {
    const std::string good = gzip(std::string(10'000, 'x') + "and more");
    const TemporaryDirectory directory;
    write_file(directory / "damaged", good + "behind");

    for (std::size_t size = 2; size < good.size(); ++size) {
        write_file(directory / "cut", good.substr(0, size));
        REQUIRE(read_all(directory / "cut", 100'000) == "the gzip data is cut off");
    }
    CHECK(read_all(directory / "damaged", 100'000) == "the gzip data is damaged");
    write_file(directory / "damaged", good + std::string(100, '\0') + good);
    CHECK(read_all(directory / "damaged", 100'000) == "the gzip data is damaged");
}

TEST_CASE("the size of an input is known when it is a file", "[input_file]") {
    const TemporaryDirectory directory;
    write_file(directory / "five", "12345");

    CHECK(input_size(directory / "five") == 5);
    CHECK(input_size(directory.path()) == std::nullopt);
    CHECK(input_size(directory / "none") == std::nullopt);
}
