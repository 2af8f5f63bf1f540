#include "http/inherited_sockets.h"

#include <fcntl.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <catch2/catch.hpp>
#include <filesystem>

#include "http/address.h"
#include "unit/http/test_server.h"

using boxkited::UniqueFd;
using namespace boxkited::http;
using Kind = ListenerOptions::Kind;

namespace {

// As a service manager makes them: what becomes of this process does not concern their names.

UniqueFd listening_at(int family, const sockaddr* address, socklen_t size) {
    UniqueFd socket(::socket(family, SOCK_STREAM | SOCK_CLOEXEC, 0));
    REQUIRE(::bind(socket.get(), address, size) == 0);
    REQUIRE(::listen(socket.get(), SOMAXCONN) == 0);
    return socket;
}

// On any port of a loopback address.
UniqueFd listening_on_loopback(int family) {
    if (family == AF_INET6) {
        sockaddr_in6 address{};
        address.sin6_family = AF_INET6;
        address.sin6_addr = in6addr_loopback;
        return listening_at(family, reinterpret_cast<sockaddr*>(&address), sizeof address);
    }
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    return listening_at(family, reinterpret_cast<sockaddr*>(&address), sizeof address);
}

UniqueFd listening_on(const std::string& path) {
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    path.copy(address.sun_path, sizeof address.sun_path - 1);
    return listening_at(AF_UNIX, reinterpret_cast<sockaddr*>(&address), sizeof address);
}

InheritedSockets inherited(UniqueFd socket) {
    InheritedSockets sockets;
    REQUIRE(sockets.add(std::move(socket)));
    return sockets;
}

UniqueFd copy_of(const UniqueFd& socket) { return UniqueFd(::dup(socket.get())); }

bool blocks(int socket) { return (::fcntl(socket, F_GETFL) & O_NONBLOCK) == 0; }

}  // namespace

TEST_CASE("a socket is taken once, by the listener of its address, and never blocks",
          "[inherited]") {
    const auto [family, host, spelled] = GENERATE(table<int, std::string, std::string>(
        {{AF_INET, "127.0.0.1", "127.0.0.1"}, {AF_INET6, "[::1]", "[0:0::1]"}}));
    CAPTURE(spelled);
    UniqueFd socket = listening_on_loopback(family);
    const int descriptor = socket.get();
    const std::string address = address_of(descriptor);
    const std::string port = address.substr(host.size());
    InheritedSockets sockets = inherited(std::move(socket));

    CHECK(sockets.left() == std::vector{host + port});
    CHECK_FALSE(sockets.take({Kind::kTcp, "127.0.0.2" + port}));
    CHECK_FALSE(sockets.take({Kind::kTcp, host + ":0"}));
    const UniqueFd taken = sockets.take({Kind::kTcp, spelled + port});

    CHECK(taken.get() == descriptor);
    CHECK_FALSE(blocks(descriptor));
    CHECK(sockets.left().empty());
    CHECK_FALSE(sockets.take({Kind::kTcp, spelled + port}));
}

TEST_CASE("a Unix socket is taken by its path", "[inherited]") {
    boxkited::TemporaryDirectory folder;
    const std::string path = (folder / "s.sock").string();
    InheritedSockets sockets = inherited(listening_on(path));

    CHECK(sockets.left() == std::vector{path});
    CHECK_FALSE(sockets.take({Kind::kUnix, path + "x"}));
    CHECK(sockets.take({Kind::kLinesUnix, (folder / "./s.sock").string()}));
}

TEST_CASE("a descriptor that is no stream socket that listens is an error that names it",
          "[inherited]") {
    const int descriptor = GENERATE(0, 1, 2);
    UniqueFd fd;
    if (descriptor == 0) fd = UniqueFd(::open("/dev/null", O_RDONLY | O_CLOEXEC));
    if (descriptor == 1) fd = UniqueFd(::socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0));
    if (descriptor == 2) fd = UniqueFd(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
    const std::string number = std::to_string(fd.get());
    InheritedSockets sockets;

    const auto added = sockets.add(std::move(fd));

    REQUIRE_FALSE(added);
    CHECK(added.error().message ==
          "descriptor " + number + " was handed over: expected a stream socket that listens");
    CHECK(sockets.left().empty());
}

TEST_CASE("connections that nobody takes wait for the next server on the same socket",
          "[inherited]") {
    boxkited::TemporaryDirectory folder;
    const std::string path = (folder / "s.sock").string();
    const UniqueFd kept = listening_on(path);
    ServerOptions options;
    options.listeners = {{Kind::kUnix, path}};
    {
        TestServer first(options, {}, inherited(copy_of(kept)));
        RawClient client = first.connect();
        client.send(get("/hello"));
        CHECK(client.read_answer().body == "hello");
    }
    REQUIRE(std::filesystem::exists(path));
    RawClient early(path);
    early.send(get("/hello"));

    TestServer second(options, {}, inherited(copy_of(kept)));

    CHECK(early.read_answer().body == "hello");
}

TEST_CASE("a socket that is no listener's is an error that names it", "[inherited]") {
    boxkited::TemporaryDirectory folder;
    const std::string path = (folder / "s.sock").string();

    CHECK_THROWS_WITH(
        TestServer({}, {}, inherited(listening_on(path))),
        "a socket that listens on " + path + " was handed over, and no listener has this address");
}
