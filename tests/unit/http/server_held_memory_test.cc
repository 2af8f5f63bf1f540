#include <catch2/catch.hpp>
#include <chrono>
#include <vector>

#include "unit/http/test_server.h"

using namespace boxkited::http;

namespace {

constexpr std::size_t kLarge = 1 << 20;
constexpr std::size_t kClients = 40;

// On a Unix socket, which takes little that nobody reads.
struct SmallServer {
    explicit SmallServer(std::size_t memory_bytes) : server(options(memory_bytes)) {}

    ServerOptions options(std::size_t memory_bytes) const {
        ServerOptions options;
        options.listeners = {{ListenerOptions::Kind::kUnix, (folder / "s.sock").string()}};
        options.memory_bytes = memory_bytes;
        // The last client waits for all others to be read, which takes long with a sanitizer.
        options.idle_time = std::chrono::minutes(10);
        return options;
    }

    boxkited::TemporaryDirectory folder;
    TestServer server;
};

// Clients whose `path` is held back, `count` times each, and which do not read.
std::vector<RawClient> ask(TestServer& server, const std::string& path, std::size_t count) {
    std::vector<RawClient> clients;
    std::string requests;
    for (std::size_t i = 0; i < count; ++i) requests += get(path);
    for (std::size_t i = 0; i < kClients; ++i) {
        clients.push_back(server.connect());
        clients.back().send(requests);
    }
    REQUIRE(
        server.wait_until([&](const Seen& seen) { return seen.wakes_given == kClients * count; }));
    return clients;
}

}  // namespace

TEST_CASE("held answers that would take more memory than allowed are answered 503", "[hold]") {
    SmallServer small(6 * kLarge);
    TestServer& server = small.server;
    // Each has three that are settled in one go, so that they wait for one another.
    std::vector<RawClient> clients = ask(server, "/large", 3);

    server.release_held();
    std::size_t whole = 0;
    std::size_t refused = 0;
    for (RawClient& client : clients) {
        for (int i = 0; i < 3; ++i) {
            const RawAnswer answer = client.read_answer();
            if (answer.status == 200) {
                whole += answer.body == std::string(kLarge, 'x') ? 1 : 0;
                continue;
            }
            ++refused;
            CHECK(answer.status == 503);
            CHECK(answer.fields.at("Retry-After") == "1");
            CHECK(answer.body ==
                  R"({"error":"memory: requests and answers hold all that is allowed"})");
            if (i == 2) CHECK(client.read_to_end() == "");
        }
    }

    CHECK(whole + refused == 3 * kClients);
    CHECK(whole >= 1);
    CHECK(refused >= 3 * kClients / 2);
    // What they held is free again.
    RawClient later = server.connect();
    later.send(get("/large"));
    REQUIRE(
        server.wait_until([](const Seen& seen) { return seen.wakes_given == 3 * kClients + 1; }));
    server.release_held();
    CHECK(later.read_answer().body == std::string(kLarge, 'x'));
}

TEST_CASE("held answers that fit are answered whole", "[hold]") {
    SmallServer small(130 * kLarge);
    TestServer& server = small.server;
    std::vector<RawClient> clients = ask(server, "/large", 3);

    server.release_held();

    for (RawClient& client : clients) {
        for (int i = 0; i < 3; ++i) CHECK(client.read_answer().body == std::string(kLarge, 'x'));
    }
}

TEST_CASE("a body that all held answers share needs room only once", "[hold]") {
    SmallServer small(2 * kLarge);
    TestServer& server = small.server;
    std::vector<RawClient> clients = ask(server, "/large?shared", 3);

    server.release_held();

    for (RawClient& client : clients) {
        for (int i = 0; i < 3; ++i) CHECK(client.read_answer().body == std::string(kLarge, 'x'));
    }
}

TEST_CASE("a stop ends in time while nobody reads what was held", "[stop]") {
    SmallServer small(200 * kLarge);
    TestServer& server = small.server;
    std::vector<RawClient> clients = ask(server, "/large", 3);
    server.release_held();

    const auto before = std::chrono::steady_clock::now();
    server.stop_within(std::chrono::milliseconds(100));

    CHECK(std::chrono::steady_clock::now() - before < std::chrono::seconds(5));
    CHECK(server.seen().closed == kClients);
}
