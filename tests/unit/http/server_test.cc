#include "http/server.h"

#include <catch2/catch.hpp>
#include <string>

#include "base/gzip_member.h"
#include "unit/http/test_server.h"

using namespace boxkited;
using namespace boxkited::http;

namespace {

using Strings = std::vector<std::string>;
using Refused = std::vector<std::pair<std::string, int>>;

}  // namespace

TEST_CASE("a connection is kept for the next request", "[server]") {
    TestServer server;
    RawClient client = server.connect();

    client.send(post("/echo", "one"));
    const RawAnswer first = client.read_answer();
    client.send(get("/hello?q=1"));
    const RawAnswer second = client.read_answer();

    CHECK(first.status == 202);
    CHECK(first.body == "one");
    CHECK(first.fields.at("Content-Type") == "application/json");
    CHECK(first.fields.count("Date") == 1);
    CHECK(first.fields.count("Connection") == 0);
    CHECK(second.status == 200);
    CHECK(second.body == "hello");
    CHECK(second.fields.at("Content-Type") == "text/plain");
    CHECK(server.seen().handled == Strings{"POST /echo", "GET /hello?q=1"});
    CHECK(server.seen().opened == 1);
}

TEST_CASE("requests sent at once are answered in order", "[server]") {
    TestServer server;
    RawClient client = server.connect();
    std::string requests;
    for (int i = 0; i < 16; ++i) requests += post("/echo", "body " + std::to_string(i));

    client.send(requests);

    for (int i = 0; i < 16; ++i) CHECK(client.read_answer().body == "body " + std::to_string(i));
}

TEST_CASE("thousands of requests sent at once are answered in order", "[server]") {
    ServerOptions options;
    options.threads = 2;
    TestServer server(options);
    RawClient client = server.connect();
    std::string requests;
    for (int i = 0; i < 5000; ++i) requests += post("/echo", "body " + std::to_string(i));

    client.send(requests);

    for (int i = 0; i < 5000; ++i) {
        REQUIRE(client.read_answer().body == "body " + std::to_string(i));
    }
}

TEST_CASE("a request may come byte by byte", "[server]") {
    TestServer server;
    RawClient client = server.connect();

    const std::string request = post("/echo", "hello") + get("/hello");
    for (std::size_t i = 0; i < request.size(); ++i) client.send(request.substr(i, 1));

    CHECK(client.read_answer().body == "hello");
    CHECK(client.read_answer().body == "hello");
}

TEST_CASE("a large body arrives whole", "[server]") {
    TestServer server;
    RawClient client = server.connect();
    std::string body;
    for (int i = 0; body.size() < 3'000'000; ++i) body += std::to_string(i);

    client.send(post("/echo", body) + get("/hello"));

    CHECK(client.read_answer().body == body);
    CHECK(client.read_answer().body == "hello");
}

TEST_CASE("a chunked body is put together", "[server]") {
    TestServer server;
    RawClient client = server.connect();

    client.send("POST /echo HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhel");
    client.send("lo\r\n7;x\r\n, world\r\n0\r\nTrailer: t\r\n\r\n" + get("/hello"));

    CHECK(client.read_answer().body == "hello, world");
    CHECK(client.read_answer().body == "hello");
}

TEST_CASE("100 Continue is sent to a peer that waits for it", "[server]") {
    TestServer server;
    RawClient client = server.connect();
    const std::string interim = "HTTP/1.1 100 Continue\r\n\r\n";

    client.send(
        "POST /echo HTTP/1.1\r\nHost: a\r\nExpect: 100-continue\r\n"
        "Content-Length: 2\r\n\r\n");
    CHECK(client.read_bytes(interim.size()) == interim);
    client.send("hi");

    CHECK(client.read_answer().body == "hi");
}

TEST_CASE("100 Continue is not sent when the body is there already", "[server]") {
    TestServer server;
    RawClient client = server.connect();

    client.send(post("/echo", "hi", "Expect: 100-continue\r\n"));

    CHECK(client.read_answer().status == 202);
}

TEST_CASE("a body that is too large is refused before it is sent", "[server]") {
    ServerOptions options;
    options.body_bytes = 10;
    TestServer server(options);
    RawClient client = server.connect();

    client.send(
        "POST /echo HTTP/1.1\r\nHost: a\r\nExpect: 100-continue\r\n"
        "Content-Length: 11\r\n\r\n");
    const RawAnswer answer = client.read_answer();

    CHECK(answer.status == 413);
    CHECK(answer.body == R"({"error":"body: expected at most 10 bytes"})");
    CHECK(answer.fields.at("Connection") == "close");
    CHECK(client.read_to_end() == "");
    CHECK(server.seen().handled.empty());
    CHECK(server.seen().refused == Refused{{"/echo", 413}});
}

TEST_CASE("a refusal reaches a peer that goes on sending", "[server]") {
    TestServer server;
    RawClient client = server.connect();
    const std::string body(5'000'000, 'x');

    client.send_what_goes(post("/echo", body));

    const RawAnswer answer = client.read_answer();
    CHECK(answer.status == 413);
    CHECK(client.read_to_end() == "");
}

TEST_CASE("a gzip body is decompressed", "[server]") {
    TestServer server;
    RawClient client = server.connect();
    const std::string body = "compressed compressed compressed";

    client.send(post("/echo", gzip(body), "Content-Encoding: gzip\r\n"));
    client.send(post("/echo", gzip(body), "Content-Encoding: X-GZIP\r\n"));

    CHECK(client.read_answer().body == body);
    CHECK(client.read_answer().body == body);
}

TEST_CASE("a gzip body that is none or too large is refused and the connection goes on",
          "[server]") {
    ServerOptions options;
    options.body_bytes = 1000;
    TestServer server(options);
    RawClient client = server.connect();

    client.send(post("/echo", "not gzip", "Content-Encoding: gzip\r\n"));
    client.send(post("/echo", gzip(std::string(1001, 'x')), "Content-Encoding: gzip\r\n"));
    client.send(post("/echo", gzip(std::string(1000, 'x')), "Content-Encoding: gzip\r\n"));

    CHECK(client.read_answer().body ==
          R"({"error":"body: expected gzip, as Content-Encoding says"})");
    CHECK(client.read_answer().status == 413);
    CHECK(client.read_answer().body == std::string(1000, 'x'));
    CHECK(server.seen().refused == Refused{{"/echo", 400}, {"/echo", 413}});
}

TEST_CASE("HEAD has the head of GET and no body", "[server]") {
    TestServer server;
    RawClient client = server.connect();

    client.send("HEAD /hello HTTP/1.1\r\nHost: a\r\n\r\n" + get("/hello"));

    const RawAnswer head = client.read_answer(true);
    CHECK(head.status == 200);
    CHECK(head.fields.at("Content-Length") == "5");
    CHECK(client.read_answer().body == "hello");
}

TEST_CASE("unknown paths and methods are answered and the connection goes on", "[server]") {
    TestServer server;
    RawClient client = server.connect();

    client.send(get("//hello") + "TRACE /hello HTTP/1.1\r\nHost: a\r\n\r\n" + get("/hello"));

    CHECK(client.read_answer().status == 404);
    const RawAnswer not_allowed = client.read_answer();
    CHECK(not_allowed.status == 405);
    CHECK(not_allowed.fields.at("Allow") == "GET, HEAD");
    CHECK(client.read_answer().status == 200);
    CHECK(server.wait_until([](const Seen& seen) { return seen.answered.size() == 3; }));
    CHECK(server.seen().answered ==
          std::vector<std::pair<int, int>>{{-1, 404}, {-1, 405}, {0, 200}});
}

TEST_CASE("what is behind a refused request never runs", "[server]") {
    const std::string start = "POST /echo HTTP/1.1\r\nHost: a\r\n";
    const std::string smuggled = "GET /smuggled HTTP/1.1\r\nHost: a\r\n\r\n";
    const auto fields =
        GENERATE("Content-Length: 0\r\nTransfer-Encoding: chunked\r\n",
                 "Transfer-Encoding: chunked\r\nContent-Length: 0\r\n",
                 "Content-Length: 0\r\nContent-Length: 0\r\n", "Content-Length: 0, 0\r\n",
                 "Content-Length: +0\r\n", "Content-Length: 0x0\r\n",
                 "Content-Length: 18446744073709551616\r\n", "Transfer-Encoding: gzip\r\n",
                 "Transfer-Encoding: identity\r\n", "Transfer-Encoding: xchunked\r\n",
                 "Transfer-Encoding: chunked, gzip\r\n",
                 "Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n",
                 "Transfer-Encoding:\r\n chunked\r\n", "Host: b\r\n", "X : y\r\n", "Expect: x\r\n",
                 "Content-Encoding: br\r\n");
    CAPTURE(fields);
    TestServer server;
    RawClient client = server.connect();

    client.send(start + fields + "\r\n" + smuggled + smuggled);
    client.finish_sending();
    const std::string answers = client.read_to_end();

    CHECK((answers.rfind("HTTP/1.1 4", 0) == 0 || answers.rfind("HTTP/1.1 501", 0) == 0));
    CHECK(answers.find("HTTP/1.1", 1) == std::string::npos);
    CHECK(answers.find("\r\nConnection: close\r\n") != std::string::npos);
    CHECK(server.seen().handled.empty());
    CHECK(server.seen().refused.size() == 1);
}

TEST_CASE("a connection ends when the peer asks for it", "[server]") {
    const auto request =
        GENERATE(as<std::string>(), "GET /hello HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n",
                 "GET /hello HTTP/1.0\r\n\r\n");
    CAPTURE(request);
    TestServer server;
    RawClient client = server.connect();

    client.send(request + get("/hello"));

    const RawAnswer answer = client.read_answer();
    CHECK(answer.body == "hello");
    CHECK(answer.fields.at("Connection") == "close");
    CHECK(client.read_to_end() == "");
    CHECK(server.seen().handled.size() == 1);
}

TEST_CASE("an HTTP/1.0 peer can ask for the connection to be kept", "[server]") {
    TestServer server;
    RawClient client = server.connect();
    const std::string request = "GET /hello HTTP/1.0\r\nConnection: keep-alive\r\n\r\n";

    client.send(request);
    CHECK(client.read_answer().fields.at("Connection") == "keep-alive");
    client.send(request);

    CHECK(client.read_answer().status == 200);
}

TEST_CASE("a peer that finishes sending still gets its answers", "[server]") {
    TestServer server;
    RawClient client = server.connect();

    client.send(post("/echo", "last words"));
    client.finish_sending();

    CHECK(client.read_answer().body == "last words");
    CHECK(client.read_to_end() == "");
}

TEST_CASE("a peer that goes in the middle of a request leaves nothing behind", "[server]") {
    TestServer server;
    RawClient gone = server.connect();
    RawClient reset = server.connect();

    gone.send("POST /echo HTTP/1.1\r\nHost: a\r\nContent-Length: 10\r\n\r\nhalf");
    reset.send("POST /echo HTTP/1.1\r\nHost: a\r\nContent-Length: 10\r\n\r\nhalf");
    gone.finish_sending();
    reset.reset();

    CHECK(gone.read_to_end() == "");
    CHECK(server.wait_until([](const Seen& seen) { return seen.closed == 2; }));
    CHECK(server.seen().handled.empty());
    CHECK(server.seen().refused.empty());
}

TEST_CASE("a listener serves its own routes only", "[server]") {
    boxkited::TemporaryDirectory folder;
    ServerOptions options;
    options.threads = 2;
    options.listeners = {{ListenerOptions::Kind::kTcp, "127.0.0.1:0", 0, 1},
                         {ListenerOptions::Kind::kUnix, (folder / "http.sock").string(), 0660, 2}};
    TestServer server(options);
    RawClient tcp = server.connect(0);
    RawClient local = server.connect(1);

    tcp.send(post("/echo", "x") + get("/big"));
    local.send(post("/echo", "x") + get("/hello"));

    CHECK(tcp.read_answer().status == 202);
    CHECK(tcp.read_answer().status == 404);
    CHECK(local.read_answer().status == 404);
    CHECK(local.read_answer().status == 200);
}

TEST_CASE("what was received and answered is told", "[server]") {
    TestServer server;
    RawClient client = server.connect();
    const std::string request = post("/echo", "x");

    client.send(request);
    client.read_answer();
    client.finish_sending();

    CHECK(server.wait_until([](const Seen& seen) { return seen.closed == 1; }));
    CHECK(server.seen().received_bytes == request.size());
    CHECK(server.seen().answered == std::vector<std::pair<int, int>>{{1, 202}});
}
