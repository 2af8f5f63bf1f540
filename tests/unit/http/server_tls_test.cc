#include <catch2/catch.hpp>
#include <string>

#include "http/server.h"
#include "unit/http/certificates.h"
#include "unit/http/test_server.h"

using namespace boxkited::http;

namespace {

using Strings = std::vector<std::string>;
using Refused = std::vector<std::pair<std::string, int>>;

ServerOptions with_tls(ServerOptions options) {
    options.listeners.push_back({ListenerOptions::Kind::kTcp, "127.0.0.1:0"});
    options.listeners.front().tls = TlsFiles{};
    return options;
}

TestServer tls_server(ServerOptions options = {}) {
    return TestServer(with_tls(std::move(options)), {{any_tls(), {}}});
}

ServerOptions with_short_times() {
    ServerOptions options;
    options.header_time = std::chrono::milliseconds(100);
    options.idle_time = std::chrono::milliseconds(300);
    return options;
}

// What a client of TLS says first.
std::string hello() {
    TlsStream client(TlsContext::of_client());
    return client.outgoing();
}

}  // namespace

TEST_CASE("within TLS a connection is kept for the next request", "[server][tls]") {
    TestServer server = tls_server();
    RawClient client = server.connect_over_tls();

    client.send(post("/echo", "one"));
    CHECK(client.read_answer().body == "one");
    client.send(get("/hello"));

    CHECK(client.read_answer().body == "hello");
    CHECK(server.seen().opened == 1);
}

TEST_CASE("within TLS thousands of requests sent at once are answered in order", "[server][tls]") {
    ServerOptions options;
    options.threads = 2;
    TestServer server = tls_server(options);
    RawClient client = server.connect_over_tls();
    std::string requests;
    for (int i = 0; i < 5000; ++i) requests += post("/echo", "body " + std::to_string(i));

    client.send(requests);

    for (int i = 0; i < 5000; ++i) {
        REQUIRE(client.read_answer().body == "body " + std::to_string(i));
    }
}

TEST_CASE("within TLS a request may come byte by byte", "[server][tls]") {
    TestServer server = tls_server();
    RawClient client = server.connect_over_tls();

    const std::string request = post("/echo", "hello") + get("/hello");
    for (std::size_t i = 0; i < request.size(); ++i) client.send(request.substr(i, 1));

    CHECK(client.read_answer().body == "hello");
    CHECK(client.read_answer().body == "hello");
}

TEST_CASE("within TLS large bodies arrive whole, with a length or in chunks", "[server][tls]") {
    TestServer server = tls_server();
    RawClient client = server.connect_over_tls();
    std::string body;
    for (int i = 0; body.size() < 3'000'000; ++i) body += std::to_string(i);

    client.send(post("/echo", body));
    CHECK((client.read_answer().body == body));
    client.send("POST /echo HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n" +
                std::string("200000\r\n") + body.substr(0, 0x200000) + "\r\n0\r\n\r\n" +
                get("/hello"));

    CHECK((client.read_answer().body == body.substr(0, 0x200000)));
    CHECK(client.read_answer().body == "hello");
}

TEST_CASE("within TLS 100 Continue is sent to a peer that waits for it", "[server][tls]") {
    TestServer server = tls_server();
    RawClient client = server.connect_over_tls();
    const std::string interim = "HTTP/1.1 100 Continue\r\n\r\n";

    client.send(
        "POST /echo HTTP/1.1\r\nHost: a\r\nExpect: 100-continue\r\n"
        "Content-Length: 2\r\n\r\n");
    CHECK(client.read_bytes(interim.size()) == interim);
    client.send("hi");

    CHECK(client.read_answer().body == "hi");
}

TEST_CASE("within TLS a slow reader gets large answers whole, and what is behind them",
          "[server][tls]") {
    ServerOptions options;
    options.memory_bytes = 64 << 20;
    TestServer server = tls_server(options);
    RawClient client = server.connect_over_tls();

    client.send(get("/big") + get("/hello") + get("/big") + post("/echo", "last"));
    REQUIRE(server.wait_until([](const Seen& seen) { return !seen.handled.empty(); }));

    CHECK((client.read_answer().body == std::string(8 << 20, 'x')));
    CHECK(client.read_answer().body == "hello");
    CHECK((client.read_answer().body == std::string(8 << 20, 'x')));
    CHECK(client.read_answer().body == "last");
}

TEST_CASE("within TLS an answer may wait, and another that is behind it", "[server][tls]") {
    TestServer server = tls_server();
    RawClient client = server.connect_over_tls();

    client.send(post("/held", "first") + post("/echo", "second"));
    client.finish_talking();
    REQUIRE(server.wait_until([](const Seen& seen) { return seen.wakes_given == 1; }));
    server.release_held();

    CHECK(client.read_answer().body == "first settled");
    CHECK(client.read_answer().body == "second");
    CHECK(client.read_to_end().empty());
}

TEST_CASE("who says within TLS that nothing follows gets its answers, then the same word",
          "[server][tls]") {
    TestServer server = tls_server();
    RawClient client = server.connect_over_tls();

    client.send(get("/hello") + get("/hello") + "GET /cut");
    client.finish_talking();

    CHECK(client.read_answer().body == "hello");
    CHECK(client.read_answer().body == "hello");
    CHECK(client.read_to_end().empty());
    CHECK(server.wait_until([](const Seen& seen) { return seen.closed == 1; }));
    CHECK(server.seen().handled == Strings{"GET /hello", "GET /hello"});
}

TEST_CASE("who only closes its half of the connection gets its answers as well", "[server][tls]") {
    TestServer server = tls_server();
    RawClient client = server.connect_over_tls();

    client.send(get("/hello") + get("/hello"));
    client.finish_sending();

    CHECK(client.read_answer().body == "hello");
    CHECK(client.read_answer().body == "hello");
    CHECK(client.read_to_end().empty());
}

TEST_CASE("within TLS the end of a connection is announced", "[server][tls]") {
    TestServer server = tls_server(with_short_times());
    RawClient asked = server.connect_over_tls();
    RawClient idle = server.connect_over_tls();

    asked.send(get("/hello", "Connection: close\r\n"));

    CHECK(asked.read_answer().body == "hello");
    CHECK(asked.read_to_end().empty());
    CHECK(idle.read_to_end().empty());
}

TEST_CASE("a handshake that takes too long is ended", "[server][tls]") {
    const std::string bytes = hello();
    const std::string sent =
        GENERATE_COPY(std::string(), bytes.substr(0, 1), bytes.substr(0, bytes.size() - 1), bytes);
    CAPTURE(sent.size());
    ServerOptions options = with_short_times();
    options.idle_time = std::chrono::minutes(10);
    TestServer server = tls_server(options);

    RawClient client = server.connect();
    client.send(sent);

    CHECK(server.wait_until([](const Seen& seen) { return seen.closed == 1; }));
    client.read_to_end();
}

TEST_CASE("half a request within TLS is answered 408", "[server][tls]") {
    ServerOptions options = with_short_times();
    options.idle_time = std::chrono::minutes(10);
    TestServer server = tls_server(options);
    RawClient client = server.connect_over_tls();

    client.send("GET /hel");

    CHECK(client.read_answer().status == 408);
    CHECK(client.read_to_end().empty());
}

TEST_CASE("a record that does not go on is half a request", "[server][tls]") {
    ServerOptions options = with_short_times();
    options.idle_time = std::chrono::minutes(10);
    TestServer server = tls_server(options);
    RawClient client = server.connect_over_tls();

    client.send_unsealed(std::string("\x17\x03\x03\x10", 4));

    CHECK(client.read_answer().status == 408);
    CHECK(client.read_to_end().empty());
}

TEST_CASE("plain HTTP on a listener of TLS is answered 400 in plain", "[server][tls]") {
    TestServer server = tls_server();
    RawClient client = server.connect();

    client.send(post("/echo", "hello"));

    const RawAnswer answer = client.read_answer();
    CHECK(answer.status == 400);
    CHECK(answer.fields.at("Connection") == "close");
    CHECK(answer.body == R"({"error":"this listener speaks HTTPS: expected TLS, got plain HTTP"})");
    CHECK(client.read_to_end().empty());
    CHECK(server.seen().handled.empty());
    CHECK(server.seen().refused == Refused{{"/echo", 400}});
}

TEST_CASE("what is no TLS ends its own connection and no other", "[server][tls]") {
    const std::string junk =
        GENERATE(std::string("SSH-2.0-OpenSSH_9.2\r\n"), std::string(100'000, '\0'),
                 std::string(1000, '\x16'), std::string("DELETE / HTTP/1.1\r\n\r\n"));
    TestServer server = tls_server();
    RawClient good = server.connect_over_tls();
    RawClient bad = server.connect();

    bad.send_what_goes(junk);
    bad.read_to_end();

    CHECK(server.wait_until([](const Seen& seen) { return seen.opened == 2; }));
    good.send(get("/hello"));
    CHECK(good.read_answer().body == "hello");
    CHECK(server.seen().handled == Strings{"GET /hello"});
}

TEST_CASE("a broken record ends its connection, whatever waited on it", "[server][tls]") {
    const bool something_waits = GENERATE(false, true);
    TestServer server = tls_server();
    RawClient client = server.connect_over_tls();
    if (something_waits) {
        client.send(post("/held", "first"));
        REQUIRE(server.wait_until([](const Seen& seen) { return seen.wakes_given == 1; }));
    }

    client.send_unsealed(std::string("\x17\x03\x03\x00\x20", 5) + std::string(32, 'x'));

    CHECK(client.read_to_end() == "(broken)");
    client.finish_sending();
    CHECK(server.wait_until([](const Seen& seen) { return seen.closed == 1; }));
    server.release_held();
}

TEST_CASE("connections that are open keep the certificate that others get no more",
          "[server][tls]") {
    const Certificates certificates;
    TestServer server = tls_server();
    RawClient before = server.connect_over_tls();
    before.send(get("/hello"));
    CHECK(before.read_answer().body == "hello");

    server.server().replace_access({{TlsContext::load(certificates.make("next")).value(), {}}});
    RawClient after = server.connect_over_tls();
    before.send(get("/hello"));
    after.send(get("/hello"));

    CHECK(before.read_answer().body == "hello");
    CHECK(after.read_answer().body == "hello");
}

TEST_CASE("a handshake that has not ended makes room for a new connection", "[server][tls]") {
    ServerOptions options;
    options.connections = 2;
    TestServer server = tls_server(options);
    RawClient silent = server.connect();
    RawClient other = server.connect();
    REQUIRE(server.wait_until([](const Seen& seen) { return seen.opened == 2; }));

    RawClient client = server.connect_over_tls();
    client.send(get("/hello"));

    CHECK(client.read_answer().body == "hello");
    CHECK(silent.read_to_end().empty());
}

TEST_CASE("a server that stops ends what is idle within TLS, and answers the rest",
          "[server][tls]") {
    TestServer server = tls_server();
    RawClient idle = server.connect_over_tls();
    RawClient shaking = server.connect();
    shaking.send(hello().substr(0, 5));
    RawClient asking = server.connect_over_tls();
    asking.send(post("/held", "body"));
    REQUIRE(server.wait_until([](const Seen& seen) { return seen.wakes_given == 1; }));

    server.release_held();
    server.stop_within(std::chrono::seconds(20));

    CHECK(idle.read_to_end().empty());
    CHECK(asking.read_answer().body == "body settled");
    CHECK(asking.read_to_end().empty());
}
