#include <catch2/catch.hpp>
#include <optional>
#include <thread>

#include "unit/http/test_server.h"

using namespace boxkited::http;

namespace {

auto given(std::size_t wakes) {
    return [wakes](const Seen& seen) { return seen.wakes_given == wakes; };
}

}  // namespace

TEST_CASE("a held answer goes when another thread wakes it", "[hold]") {
    TestServer server;
    RawClient client = server.connect();

    client.send(post("/held", "a"));
    REQUIRE(server.wait_until(given(1)));
    CHECK(server.seen().answered.empty());
    std::thread([&] { server.release_held(); }).join();

    CHECK(client.read_answer().body == "a settled");
    client.send(get("/hello"));
    CHECK(client.read_answer().body == "hello");
}

TEST_CASE("answers behind a held one wait and keep their order", "[hold]") {
    TestServer server;
    RawClient client = server.connect();

    client.send(post("/held", "a") + get("/hello") + post("/held", "b"));
    client.send("BAD\r\n\r\n");
    REQUIRE(server.wait_until(given(2)));
    server.release_held();

    CHECK(client.read_answer().body == "a settled");
    CHECK(client.read_answer().body == "hello");
    CHECK(client.read_answer().body == "b settled");
    CHECK(client.read_answer().status == 400);
    CHECK(client.read_to_end() == "");
}

TEST_CASE("more requests than may be held are answered in order too", "[hold]") {
    TestServer server;
    RawClient client = server.connect();
    std::string requests;
    for (int i = 0; i < 200; ++i) requests += post("/held", std::to_string(i));

    client.send(requests);

    std::atomic<bool> done{false};
    std::thread releaser([&] {
        while (!done) {
            server.release_held();
            std::this_thread::yield();
        }
    });
    for (int i = 0; i < 200; ++i) {
        CHECK(client.read_answer().body == std::to_string(i) + " settled");
    }
    done = true;
    releaser.join();
}

TEST_CASE("a held answer that waits too long goes as its timeout says", "[hold]") {
    ServerOptions options;
    options.header_time = std::chrono::milliseconds(200);  // So that deadlines are looked at often.
    TestServer server(options);
    RawClient client = server.connect();

    client.send(post("/held?impatient", "a"));
    const RawAnswer answer = client.read_answer();
    server.release_held();
    client.send(get("/hello"));

    CHECK(answer.status == 504);
    CHECK(answer.body == "a late");
    CHECK(client.read_answer().body == "hello");
}

TEST_CASE("a wake may come when connection and server are gone", "[hold]") {
    std::optional<TestServer> server(std::in_place);
    RawClient client = server->connect();

    client.send(post("/held", "a") + post("/held", "b"));
    REQUIRE(server->wait_until(given(2)));
    client.reset();
    REQUIRE(server->wait_until([](const Seen& seen) { return seen.closed == 1; }));
    server->stop_within(std::chrono::milliseconds(0));

    server->release_held();
}

TEST_CASE("a peer that finishes sending gets its held answers", "[hold]") {
    TestServer server;
    RawClient client = server.connect();

    client.send(post("/held", "a"));
    client.finish_sending();
    REQUIRE(server.wait_until(given(1)));
    server.release_held();

    CHECK(client.read_answer().body == "a settled");
    CHECK(client.read_to_end() == "");
}
