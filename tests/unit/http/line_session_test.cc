#include <catch2/catch.hpp>

#include "unit/http/test_server.h"

using namespace boxkited::http;

namespace {

using Refusals = std::vector<LineRefusal>;

ServerOptions lines_at(const std::string& path) {
    ServerOptions options;
    options.listeners = {{ListenerOptions::Kind::kLinesUnix, path, 0600}};
    options.body_bytes = 1000;
    return options;
}

auto lines_are(const std::string& expected) {
    return [expected](const Seen& seen) { return seen.lines == expected; };
}

}  // namespace

TEST_CASE("lines are handed on whole whatever pieces they come in", "[lines]") {
    boxkited::TemporaryDirectory folder;
    TestServer server(lines_at((folder / "lines.sock").string()));
    RawClient client = server.connect();

    client.send("a\nb\nc");
    REQUIRE(server.wait_until(lines_are("a\nb\n")));
    client.send("c");
    client.send("\n\nd\n");

    CHECK(server.wait_until(lines_are("a\nb\ncc\n\nd\n")));
    CHECK(server.seen().lines_refused.empty());
}

TEST_CASE("a line that is too long is skipped and the next one is good", "[lines]") {
    const std::string longest(1000, 'x');
    const std::string too_long(1001, 'x');
    const auto text = GENERATE_COPY(longest + "\n" + too_long + "\nnext\n",
                                    longest + "\n" + std::string(300'000, 'y') + "\nnext\n");
    boxkited::TemporaryDirectory folder;
    TestServer server(lines_at((folder / "lines.sock").string()));
    RawClient client = server.connect();

    client.send(text);

    CHECK(server.wait_until(lines_are(longest + "\nnext\n")));
    CHECK(server.seen().lines_refused == Refusals{LineRefusal::kTooLong});
}

TEST_CASE("a line that is too long in pieces is skipped once", "[lines]") {
    boxkited::TemporaryDirectory folder;
    TestServer server(lines_at((folder / "lines.sock").string()));
    RawClient client = server.connect();

    for (int i = 0; i < 30; ++i) client.send(std::string(100, 'x'));
    client.send("\nnext\n");

    CHECK(server.wait_until(lines_are("next\n")));
    CHECK(server.seen().lines_refused == Refusals{LineRefusal::kTooLong});
}

TEST_CASE("half a line at the end is refused and nothing is written back", "[lines]") {
    boxkited::TemporaryDirectory folder;
    TestServer server(lines_at((folder / "lines.sock").string()));
    RawClient client = server.connect();

    client.send("whole\nhalf");
    client.finish_sending();

    CHECK(client.read_to_end() == "");
    CHECK(server.wait_until([](const Seen& seen) { return seen.closed == 1; }));
    CHECK(server.seen().lines == "whole\n");
    CHECK(server.seen().lines_refused == Refusals{LineRefusal::kCutOff});
}

TEST_CASE("a stop hands on the lines that were sent before it", "[lines]") {
    boxkited::TemporaryDirectory folder;
    ServerOptions options = lines_at((folder / "lines.sock").string());
    options.threads = GENERATE(1U, 2U);
    TestServer server(options);
    RawClient first = server.connect();
    RawClient second = server.connect();
    std::string lines;
    for (int i = 0; i < 2000; ++i) lines += "line " + std::to_string(i) + "\n";

    first.send(lines + "half");
    second.send(lines);
    server.stop_within(std::chrono::seconds(60));

    CHECK(server.seen().lines.size() == 2 * lines.size());
    CHECK(server.seen().lines_refused == Refusals{LineRefusal::kCutOff});
    CHECK(server.seen().closed == 2);
}

TEST_CASE("a stream may be silent for longer than a connection may be idle", "[lines]") {
    boxkited::TemporaryDirectory folder;
    ServerOptions options = lines_at((folder / "lines.sock").string());
    options.listeners.push_back({ListenerOptions::Kind::kTcp, "127.0.0.1:0"});
    options.idle_time = std::chrono::milliseconds(20);
    TestServer server(options);
    RawClient stream = server.connect(0);
    stream.send("a\nb");
    REQUIRE(server.wait_until(lines_are("a\n")));

    RawClient idle = server.connect(1);
    CHECK(idle.read_to_end() == "");
    stream.send("c\n");

    CHECK(server.wait_until(lines_are("a\nbc\n")));
}
