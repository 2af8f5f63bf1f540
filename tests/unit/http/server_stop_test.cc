#include <catch2/catch.hpp>
#include <chrono>
#include <thread>

#include "unit/http/test_server.h"

using namespace boxkited::http;
using std::chrono::milliseconds;
using std::chrono::seconds;

TEST_CASE("a stop closes idle connections at once", "[stop]") {
    TestServer server;
    RawClient fresh = server.connect();
    RawClient used = server.connect();
    used.send(get("/hello"));
    used.read_answer();
    REQUIRE(server.wait_until([](const Seen& seen) { return seen.opened == 2; }));

    const auto before = std::chrono::steady_clock::now();
    server.stop_within(seconds(60));

    CHECK(std::chrono::steady_clock::now() - before < seconds(30));
    CHECK(fresh.read_to_end() == "");
    CHECK(used.read_to_end() == "");
    CHECK(server.seen().closed == 2);
}

TEST_CASE("a server is alive while each of its threads comes round", "[stop]") {
    ServerOptions options;
    options.threads = 2;
    TestServer server(options);
    const auto becomes_alive = [&](int tries) {
        for (; tries > 0 && !server.server().is_alive(); --tries)
            std::this_thread::sleep_for(milliseconds(10));
        return tries > 0;
    };
    REQUIRE(server.server().is_alive());
    REQUIRE(becomes_alive(2000));

    RawClient client = server.connect();
    client.send(get("/stuck"));
    REQUIRE(server.wait_until([](const Seen& seen) { return seen.handled.size() == 1; }));

    server.server().is_alive();  // Asks the thread that is stuck by now.
    CHECK_FALSE(becomes_alive(20));
    server.let_go();
    CHECK(client.read_answer().status == 200);
    CHECK(becomes_alive(2000));
}

TEST_CASE("a stop lets requests that have begun be answered", "[stop]") {
    boxkited::TemporaryDirectory folder;  // A TCP port that is given up may be another's at once.
    ServerOptions options;
    options.listeners = {{ListenerOptions::Kind::kUnix, (folder / "s.sock").string()}};
    options.threads = GENERATE(1U, 2U);
    TestServer server(options);
    RawClient held = server.connect();
    RawClient half = server.connect();
    held.send(post("/held", "a"));
    half.send("POST /echo HTTP/1.1\r\nHost: a\r\nContent-Length: 4\r\n\r\nha");
    REQUIRE(server.wait_until([&](const Seen& seen) {
        return seen.wakes_given == 1 && seen.received_bytes > post("/held", "a").size();
    }));

    std::thread stopper([&] { server.stop_within(seconds(60)); });
    while (true) {  // Until the stop has begun.
        try {
            server.connect();
        } catch (const std::exception&) {
            break;
        }
    }
    half.send("lf");
    server.release_held();
    const RawAnswer half_answer = half.read_answer();
    const RawAnswer held_answer = held.read_answer();
    held.finish_sending();
    half.finish_sending();
    stopper.join();

    CHECK(half_answer.body == "half");
    CHECK(half_answer.fields.at("Connection") == "close");
    CHECK(held_answer.body == "a settled");
    CHECK(held_answer.fields.at("Connection") == "close");
    CHECK(held.read_to_end() == "");
}

TEST_CASE("a stop ends at its deadline and may be repeated", "[stop]") {
    TestServer server;
    RawClient client = server.connect();
    client.send(post("/held", "a"));
    REQUIRE(server.wait_until([](const Seen& seen) { return seen.wakes_given == 1; }));

    server.stop_within(milliseconds(30));
    server.stop_within(milliseconds(30));

    CHECK(client.read_to_end() == "");
    CHECK(server.seen().closed == 1);
    CHECK(server.seen().answered.empty());
}
