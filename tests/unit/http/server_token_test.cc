#include <catch2/catch.hpp>
#include <string>

#include "http/server.h"
#include "unit/http/test_server.h"

using namespace boxkited::http;

namespace {

using Strings = std::vector<std::string>;
using Refused = std::vector<std::pair<std::string, int>>;

const std::string kToken = "a token of 24 characters";
const std::string kShown = "Authorization: Bearer " + kToken + "\r\n";

// The first listener asks for the token, the second for nothing.
TestServer token_server() {
    ServerOptions options;
    options.listeners.assign(2, {ListenerOptions::Kind::kTcp, "127.0.0.1:0"});
    options.listeners[0].token_env = "TOKEN";
    return TestServer(options, {{nullptr, BearerToken(kToken)}, {}});
}

}  // namespace

TEST_CASE("a request with the token comes in, again and again", "[token]") {
    TestServer server = token_server();
    RawClient client = server.connect();

    for (int i = 0; i < 3; ++i) {
        client.send(post("/echo", "hello", kShown));
        CHECK(client.read_answer().body == "hello");
    }
}

TEST_CASE("a request without the token is told to bring it and nothing of it runs", "[token]") {
    const std::string fields = GENERATE_COPY(
        std::string(), "Authorization: Bearer " + kToken.substr(1) + "\r\n",
        "Authorization: Bearer\r\n", "Authorization: Basic " + kToken + "\r\n",
        "Authorization: " + kToken + "\r\n", kShown + kShown, kShown + "Authorization: x\r\n");
    CAPTURE(fields);
    TestServer server = token_server();
    RawClient client = server.connect();

    client.send(post("/echo", "hello", fields) + post("/echo", "behind", kShown));

    const RawAnswer answer = client.read_answer();
    CHECK(answer.status == 401);
    CHECK(answer.fields.at("WWW-Authenticate") == "Bearer");
    CHECK(answer.fields.at("Connection") == "close");
    CHECK(answer.body ==
          R"({"error":"Authorization: expected Bearer and the token of this listener"})");
    CHECK(client.read_to_end().empty());
    CHECK(server.seen().handled.empty());
    CHECK(server.seen().refused == Refused{{"/echo", 401}});
}

TEST_CASE("the token is asked for before the body", "[token]") {
    const std::string length =
        GENERATE("Content-Length: 1000000\r\n", "Transfer-Encoding: chunked\r\n");
    CAPTURE(length);
    TestServer server = token_server();
    RawClient client = server.connect();

    client.send("POST /echo HTTP/1.1\r\nHost: a\r\nExpect: 100-continue\r\n" + length + "\r\n");

    CHECK(client.read_answer().status == 401);
}

TEST_CASE("what every listener serves needs no token", "[token]") {
    TestServer server = token_server();
    RawClient client = server.connect();

    client.send(get("/hello") + "HEAD /hello HTTP/1.1\r\nHost: a\r\n\r\n");

    CHECK(client.read_answer().body == "hello");
    CHECK(client.read_answer(true).status == 200);
}

TEST_CASE("without the token nobody learns which paths there are", "[token]") {
    const std::string path = GENERATE("/echo", "/none", "/hello/", "/HELLO", "/");
    CAPTURE(path);
    TestServer server = token_server();
    RawClient client = server.connect();

    client.send(get(path));

    CHECK(client.read_answer().status == 401);
}

TEST_CASE("a header that a listener without a token let in is asked for it by the other",
          "[token]") {
    TestServer server = token_server();
    RawClient open = server.connect(1);
    RawClient closed = server.connect(0);

    open.send(post("/echo", "hello"));
    CHECK(open.read_answer().status == 202);
    closed.send(post("/echo", "hello"));

    CHECK(closed.read_answer().status == 401);
}

TEST_CASE("the next request has to show a token that took the place of another", "[token]") {
    TestServer server = token_server();
    RawClient kept = server.connect();
    kept.send(post("/echo", "one", kShown));
    CHECK(kept.read_answer().status == 202);

    server.server().replace_access({{nullptr, BearerToken("another token")}, {}});
    RawClient fresh = server.connect();
    fresh.send(post("/echo", "two", "Authorization: Bearer another token\r\n"));
    CHECK(fresh.read_answer().status == 202);
    kept.send(post("/echo", "three", kShown));

    CHECK(kept.read_answer().status == 401);
    CHECK(server.seen().handled == Strings{"POST /echo", "POST /echo"});
}

TEST_CASE("a body that comes in pieces is asked for its token once", "[token]") {
    TestServer server = token_server();
    RawClient client = server.connect();
    const std::string request = post("/echo", std::string(100'000, 'x'), kShown);

    client.send(request.substr(0, 500));
    REQUIRE(server.wait_until([](const Seen& seen) { return seen.received_bytes == 500; }));
    // The thread turns to the next connection when it is done with what it has received.
    RawClient next = server.connect();
    next.send(get("/hello", kShown));
    next.read_answer();
    server.server().replace_access({{nullptr, BearerToken("another token")}, {}});
    client.send(request.substr(500));

    CHECK(client.read_answer().status == 202);
}
