#include <catch2/catch.hpp>
#include <string>
#include <thread>
#include <vector>

#include "unit/http/test_server.h"

using namespace boxkited::http;
using std::chrono::milliseconds;

namespace {

using Refused = std::vector<std::pair<std::string, int>>;

ServerOptions short_times() {
    ServerOptions options;
    options.header_time = milliseconds(200);
    options.idle_time = milliseconds(500);
    return options;
}

auto closed(std::size_t count) {
    return [count](const Seen& seen) { return seen.closed == count; };
}

}  // namespace

TEST_CASE("a header that does not end in time is answered 408", "[limits]") {
    TestServer server(short_times());
    RawClient client = server.connect();

    client.send("GET /hello HTTP/1.1\r\nHost: a\r\n");
    const RawAnswer answer = client.read_answer();

    CHECK(answer.status == 408);
    CHECK(answer.body == R"({"error":"header: expected to be complete by now"})");
    CHECK(client.read_to_end() == "");
    CHECK(server.seen().refused == Refused{{"/hello", 408}});
}

TEST_CASE("a body that does not end in time is answered 408", "[limits]") {
    const auto start = GENERATE(
        as<std::string>(), "POST /echo HTTP/1.1\r\nHost: a\r\nContent-Length: 9\r\n\r\nhalf",
        "POST /echo HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n9\r\nhalf");
    TestServer server(short_times());
    RawClient client = server.connect();

    client.send(start);

    CHECK(client.read_answer().body == R"({"error":"body: expected to be complete by now"})");
    CHECK(client.read_to_end() == "");
    CHECK(server.seen().refused == Refused{{"/echo", 408}});
    CHECK(server.seen().handled.empty());
}

TEST_CASE("a connection that is idle too long is closed without a word", "[limits]") {
    TestServer server(short_times());
    RawClient fresh = server.connect();
    RawClient used = server.connect();

    used.send(get("/hello"));
    CHECK(used.read_answer().status == 200);

    CHECK(fresh.read_to_end() == "");
    CHECK(used.read_to_end() == "");
    CHECK(server.wait_until(closed(2)));
}

TEST_CASE("what came while the thread was busy is not late", "[limits]") {
    ServerOptions options;
    options.header_time = options.idle_time = milliseconds(1500);
    TestServer server(options);
    RawClient busy = server.connect();
    RawClient idle = server.connect();
    RawClient slow = server.connect();
    idle.send(get("/hello"));
    CHECK(idle.read_answer().status == 200);
    slow.send("GET /hello HTTP/1.1\r\n");
    busy.send(get("/stuck"));
    REQUIRE(server.wait_until([](const Seen& seen) { return seen.handled.size() == 2; }));

    std::this_thread::sleep_for(options.idle_time);
    idle.send(get("/hello"));
    slow.send("Host: a\r\n\r\n");
    server.let_go();

    CHECK(idle.read_answer().body == "hello");
    CHECK(slow.read_answer().body == "hello");
}

TEST_CASE("after twice the time it is late whatever comes", "[limits]") {
    TestServer server(short_times());
    RawClient busy = server.connect();
    RawClient slow = server.connect();
    slow.send("GET /hello HTTP/1.1\r\n");
    REQUIRE(server.wait_until([](const Seen& seen) { return seen.received_bytes > 0; }));
    busy.send(get("/stuck"));
    REQUIRE(server.wait_until([](const Seen& seen) { return seen.handled.size() == 1; }));

    std::this_thread::sleep_for(2 * short_times().header_time);
    slow.send("Host: a\r\n\r\n");
    server.let_go();

    CHECK(slow.read_answer().status == 408);
}

TEST_CASE("requests sent at once let others have their turn", "[limits]") {
    const bool is_behind_held = GENERATE(false, true);
    TestServer server;
    RawClient many = server.connect();
    RawClient other = server.connect();
    std::vector<std::string> expected{"GET /stuck", "GET /hello?other", "GET /hello?many",
                                      "GET /hello?many"};
    if (is_behind_held) expected.insert(expected.begin(), "POST /held");
    many.send((is_behind_held ? post("/held", "") : "") + get("/stuck") + get("/hello?many") +
              get("/hello?many"));
    REQUIRE(server.wait_until(
        [&](const Seen& seen) { return seen.handled.size() == 1 + std::size_t(is_behind_held); }));
    other.send(get("/hello?other"));

    std::this_thread::sleep_for(milliseconds(10));
    server.let_go();

    CHECK(other.read_answer().status == 200);
    REQUIRE(server.wait_until(
        [&](const Seen& seen) { return seen.handled.size() == expected.size(); }));
    CHECK(server.seen().handled == expected);
    server.release_held();
    if (is_behind_held) CHECK(many.read_answer().status == 202);
    for (int i = 0; i < 3; ++i) CHECK(many.read_answer().status == 200);
}

TEST_CASE("requests that cannot be kept for another turn are answered in this one", "[limits]") {
    ServerOptions options;
    options.memory_bytes = 1024;
    TestServer server(options);
    RawClient many = server.connect();
    std::string requests = get("/stuck");
    for (int i = 0; i < 60; ++i) requests += get("/hello");
    many.send(requests);
    REQUIRE(server.wait_until([](const Seen& seen) { return seen.handled.size() == 1; }));

    std::this_thread::sleep_for(milliseconds(10));
    server.let_go();

    for (int i = 0; i < 61; ++i) REQUIRE(many.read_answer().status == 200);
}

TEST_CASE("a peer that does not read its answer is closed and others are served", "[limits]") {
    TestServer server(short_times());
    RawClient slow = server.connect();
    slow.shrink_receive_buffer();

    slow.send(get("/big") + get("/big"));

    REQUIRE(server.wait_until([](const Seen& seen) { return seen.answered.size() == 1; }));
    RawClient other = server.connect();
    other.send(get("/hello"));
    CHECK(other.read_answer().body == "hello");
    CHECK(server.wait_until(closed(2)));
    CHECK(server.seen().answered.size() == 2);
}

TEST_CASE("a large answer arrives whole and the requests behind it are answered", "[limits]") {
    TestServer server;
    RawClient client = server.connect();

    client.send(get("/big") + get("/hello") + get("/big"));

    CHECK(client.read_answer().body == std::string(8 << 20, 'x'));
    CHECK(client.read_answer().body == "hello");
    CHECK(client.read_answer().body.size() == 8 << 20);
}

TEST_CASE("a new connection takes the place of the one that is idle for longest", "[limits]") {
    ServerOptions options;
    options.connections = 2;
    TestServer server(options);
    RawClient first = server.connect();
    RawClient second = server.connect();
    first.send(get("/hello"));
    first.read_answer();
    second.send(get("/hello"));
    second.read_answer();

    RawClient third = server.connect();
    third.send(get("/hello"));

    CHECK(third.read_answer().status == 200);
    CHECK(first.read_to_end() == "");
    second.send(get("/hello"));
    CHECK(second.read_answer().status == 200);
}

TEST_CASE("a connection is turned away when all others are busy", "[limits]") {
    ServerOptions options;
    options.connections = 2;
    options.threads = GENERATE(1U, 2U);
    TestServer server(options);
    RawClient first = server.connect();
    RawClient second = server.connect();
    first.send(post("/held", "a"));
    second.send(post("/held", "b"));
    REQUIRE(server.wait_until([](const Seen& seen) { return seen.wakes_given == 2; }));

    RawClient third = server.connect();
    third.send(get("/hello"));

    const RawAnswer answer = third.read_answer();
    CHECK(answer.status == 503);
    CHECK(answer.fields.at("Retry-After") == "1");
    CHECK(answer.fields.at("Connection") == "close");
    CHECK(third.read_to_end() == "");
    server.release_held();
    CHECK(first.read_answer().body == "a settled");
    CHECK(second.read_answer().body == "b settled");
    CHECK(server.seen().refused == Refused{{"", 503}});
}

TEST_CASE("a request that would take more memory than allowed is answered 503", "[limits]") {
    ServerOptions options;
    options.memory_bytes = 300'000;
    TestServer server(options);
    RawClient holder = server.connect();
    RawClient other = server.connect();
    holder.send("POST /echo HTTP/1.1\r\nHost: a\r\nContent-Length: 250000\r\n\r\n" +
                std::string(200'000, 'x'));
    REQUIRE(server.wait_until([](const Seen& seen) { return seen.received_bytes > 200'000; }));

    other.send_what_goes(post("/echo", std::string(200'000, 'y')));
    const RawAnswer answer = other.read_answer();
    holder.send(std::string(50'000, 'x'));

    CHECK(answer.status == 503);
    CHECK(answer.fields.at("Retry-After") == "1");
    CHECK(other.read_to_end() == "");
    CHECK(holder.read_answer().body.size() == 250'000);
    // What the first held is free again.
    RawClient third = server.connect();
    third.send(post("/echo", std::string(200'000, 'z')));
    CHECK(third.read_answer().status == 202);
}

TEST_CASE("endless chunks are refused at the limit of a body", "[limits]") {
    ServerOptions options;
    options.body_bytes = 10'000;
    TestServer server(options);
    RawClient client = server.connect();
    std::string chunks = "POST /echo HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n";
    for (int i = 0; i < 2000; ++i) chunks += "a\r\n0123456789\r\n";

    client.send_what_goes(chunks);

    CHECK(client.read_answer().status == 413);
    CHECK(client.read_to_end() == "");
    CHECK(server.seen().handled.empty());
}
