#include "prediction_log/line_tail.h"

#include <catch2/catch.hpp>

#include "log_fixture.h"

namespace boxkited {

namespace {

struct Tail {
    std::uint64_t lines_end;
    std::uint64_t torn;
    bool operator==(const Tail&) const = default;
};
std::ostream& operator<<(std::ostream& out, const Tail& tail) {
    return out << tail.lines_end << "+" << tail.torn;
}

Tail tail_of(const std::string& bytes) {
    const TemporaryDirectory directory;
    write_file(directory / "file", bytes);
    const auto file = DiskStorage().open(directory / "file", Storage::Missing::kFail);
    REQUIRE(file.has_value());
    const auto tail = find_line_tail(**file);
    REQUIRE(tail.has_value());
    CHECK(tail->size == bytes.size());
    return {tail->lines_end, tail->torn_bytes()};
}

}  // namespace

TEST_CASE("a file of whole lines has no torn tail", "[prediction_log]") {
    const std::string lines = line("a") + line("b");

    CHECK(tail_of("") == Tail{0, 0});
    CHECK(tail_of(line("a")) == Tail{line("a").size(), 0});
    CHECK(tail_of(lines) == Tail{lines.size(), 0});
}

TEST_CASE("a line cut at any byte is torn", "[prediction_log]") {
    const std::string good = line("a") + line("b");
    const std::string last = line("c", 10);
    for (std::size_t size = 1; size < last.size(); ++size) {
        CAPTURE(size);
        CHECK(tail_of(good + last.substr(0, size)) == Tail{good.size(), size});
        CHECK(tail_of(last.substr(0, size)) == Tail{0, size});
    }
}

TEST_CASE("what follows the last whole line is torn whatever it is", "[prediction_log]") {
    const std::string good = line("a");
    const auto junk =
        GENERATE(as<std::string>(), std::string(4096, '\0'), std::string(200'000, '\0'), "garbage",
                 "garbage\n", "{}\n", "}\n}\n", "\n\nx", std::string("\n\0\n", 3), "\xff\xfe\n\x80",
                 line("a").substr(1), std::string(R"({"prediction_id":"a)") + '\0' + "\"}\n",
                 std::string(R"({"prediction_id":"a)") + "\r\"}\n",
                 std::string(R"({"prediction_id":"a")") + "\n", std::string(70'000, '{') + "\n");
    CAPTURE(junk.size());

    CHECK(tail_of(good + junk) == Tail{good.size(), junk.size()});
    CHECK(tail_of(junk) == Tail{0, junk.size()});
}

TEST_CASE("newlines behind the last line are padding", "[prediction_log]") {
    const std::string good = line("a");

    CHECK(tail_of(good + "\n") == Tail{good.size(), 0});
    CHECK(tail_of(good + std::string(100'000, '\n')) == Tail{good.size(), 0});
    CHECK(tail_of("\n\n\n") == Tail{0, 0});
    CHECK(tail_of("\n\n" + good) == Tail{good.size() + 2, 0});
}

TEST_CASE("a line is found however long it is and wherever its start falls", "[prediction_log]") {
    constexpr std::size_t kWindow = 64 << 10;
    for (const std::size_t filler : {kWindow - 60, kWindow - 45, kWindow - 34, kWindow - 20,
                                     kWindow, 2 * kWindow, std::size_t{300'000}}) {
        const auto good = line("a") + line("long", filler);
        CAPTURE(filler);
        CHECK(tail_of(good) == Tail{good.size(), 0});
        CHECK(tail_of(good + "torn") == Tail{good.size(), 4});
    }
}

}  // namespace boxkited
