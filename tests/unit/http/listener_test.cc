#include "http/listener.h"

#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>

#include <catch2/catch.hpp>
#include <filesystem>
#include <fstream>
#include <optional>

#include "unit/http/test_server.h"

using boxkited::UniqueFd;
using namespace boxkited::http;
namespace fs = std::filesystem;

namespace {

ListenerOptions unix_at(const std::string& path, std::uint32_t mode = 0660) {
    return {ListenerOptions::Kind::kUnix, path, mode};
}

std::string error_of(const ListenerOptions& options) {
    const auto listener = Listener::open(options);
    return listener ? "(none)" : listener.error().message;
}

ino_t inode_of(const std::string& path) {
    struct stat status {};
    return ::lstat(path.c_str(), &status) == 0 ? status.st_ino : 0;
}

mode_t mode_of(const std::string& path) {
    struct stat status {};
    REQUIRE(::lstat(path.c_str(), &status) == 0);
    CHECK(S_ISSOCK(status.st_mode));
    return status.st_mode & 07777;
}

// A socket file that nobody listens on.
void leave_stale_socket(const std::string& path) {
    const UniqueFd fd(::socket(AF_UNIX, SOCK_STREAM, 0));
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    path.copy(address.sun_path, sizeof address.sun_path - 1);
    REQUIRE(::bind(fd.get(), reinterpret_cast<sockaddr*>(&address), sizeof address) == 0);
}

}  // namespace

TEST_CASE("a TCP listener says which port it was given", "[listener]") {
    const auto host = GENERATE(as<std::string>(), "127.0.0.1", "[::1]");
    const auto listener = Listener::open({ListenerOptions::Kind::kTcp, host + ":0"});

    REQUIRE(listener);
    const std::string address = listener->address();
    CHECK(address.substr(0, host.size() + 1) == host + ":");
    CHECK(std::stoi(address.substr(host.size() + 1)) > 0);
    RawClient client(address);
}

TEST_CASE("a TCP address that cannot be taken is an error that names it", "[listener]") {
    const auto first = Listener::open({ListenerOptions::Kind::kTcp, "127.0.0.1:0"});
    REQUIRE(first);

    CHECK(error_of({ListenerOptions::Kind::kTcp, first->address()}) ==
          "listen on " + first->address() + ": Address already in use");
    for (const std::string address : {"127.0.0.1", "9810", ":9810", "::1:9810",
                                      "127.0.0.1:", "127.0.0.1:65536", "127.0.0.1:http"}) {
        CHECK(error_of({ListenerOptions::Kind::kTcp, address}) ==
              "listen on " + address + ": expected host:port or [IPv6 address]:port");
    }
}

TEST_CASE("a Unix socket has its mode whatever the umask", "[listener]") {
    const auto [mode, umask_bits] =
        GENERATE(table<mode_t, mode_t>({{0600, 0}, {0660, 077}, {0666, 022}, {0777, 0777}}));
    CAPTURE(mode, umask_bits);
    boxkited::TemporaryDirectory folder;
    const std::string path = (folder / "s.sock").string();

    const mode_t before = ::umask(umask_bits);
    const auto listener = Listener::open(unix_at(path, mode));
    ::umask(before);

    REQUIRE(listener);
    CHECK(mode_of(path) == mode);
    RawClient client(path);
    CHECK(std::distance(fs::directory_iterator(fs::path(path).parent_path()), {}) == 1);
}

TEST_CASE("a stale socket is replaced", "[listener]") {
    boxkited::TemporaryDirectory folder;
    const std::string path = (folder / "s.sock").string();
    leave_stale_socket(path);

    const auto listener = Listener::open(unix_at(path));

    REQUIRE(listener);
    CHECK(mode_of(path) == 0660);
    RawClient client(path);
}

TEST_CASE("a socket with a live owner is left alone", "[listener]") {
    boxkited::TemporaryDirectory folder;
    const std::string path = (folder / "s.sock").string();
    const auto owner = Listener::open(unix_at(path));
    REQUIRE(owner);
    const ino_t inode = inode_of(path);

    CHECK(error_of(unix_at(path)) == "listen on " + path + ": another process listens there");
    CHECK(inode_of(path) == inode);
    RawClient client(path);
}

TEST_CASE("what is not a socket is left alone", "[listener]") {
    boxkited::TemporaryDirectory folder;
    const std::string path = (folder / "thing").string();
    const std::string target = (folder / "target.sock").string();
    const auto owner = Listener::open(unix_at(target));
    SECTION("a file") { std::ofstream(path) << "precious"; }
    SECTION("a folder") { fs::create_directory(path); }
    SECTION("a symbolic link to a socket") { fs::create_symlink(target, path); }
    SECTION("a symbolic link to nothing") { fs::create_symlink("nowhere", path); }
    const ino_t inode = inode_of(path);
    REQUIRE(inode != 0);

    CHECK(error_of(unix_at(path)) ==
          "listen on " + path + ": what is already there is not a socket");
    CHECK(inode_of(path) == inode);
}

TEST_CASE("a path of 107 bytes is taken and a longer one is refused", "[listener]") {
    boxkited::TemporaryDirectory folder;
    const std::string start = (folder / "").string();
    const std::string longest = start + std::string(107 - start.size(), 's');

    const auto listener = Listener::open(unix_at(longest));

    REQUIRE(listener);
    RawClient client(longest);
    CHECK(error_of(unix_at(longest + "s")) ==
          "listen on " + longest + "s: the path has 108 bytes, at most 107 are possible");
}

TEST_CASE("a folder that is missing is an error that names it", "[listener]") {
    boxkited::TemporaryDirectory folder;
    const std::string path = (folder / "missing/s.sock").string();

    CHECK(error_of(unix_at(path)) == "listen on " + path + ": directory " +
                                         (folder / "missing").string() +
                                         ": No such file or directory");
}

TEST_CASE("a listener removes its own socket and no other", "[listener]") {
    boxkited::TemporaryDirectory folder;
    const std::string own = (folder / "own.sock").string();
    const std::string replaced = (folder / "replaced.sock").string();
    {
        const auto first = Listener::open(unix_at(own));
        const auto second = Listener::open(unix_at(replaced));
        REQUIRE(first);
        REQUIRE(second);
        fs::rename(replaced, (folder / "moved.sock").string());
        leave_stale_socket(replaced);
    }

    CHECK_FALSE(fs::exists(own));
    CHECK(fs::exists(replaced));
}

TEST_CASE("a server that cannot have all listeners leaves none behind", "[listener]") {
    boxkited::TemporaryDirectory folder;
    const std::string path = (folder / "s.sock").string();
    std::ofstream((folder / "file").string()) << "precious";
    ServerOptions options;
    options.listeners = {unix_at(path), unix_at((folder / "file").string())};

    CHECK_THROWS_WITH(TestServer(options), "listen on " + (folder / "file").string() +
                                               ": what is already there is not a socket");
    CHECK_FALSE(fs::exists(path));
}

TEST_CASE("a stopped server has removed its sockets", "[listener]") {
    boxkited::TemporaryDirectory folder;
    ServerOptions options;
    options.listeners = {unix_at((folder / "s.sock").string())};
    TestServer server(options);
    REQUIRE(fs::exists((folder / "s.sock").string()));

    server.stop_within(std::chrono::milliseconds(0));

    CHECK_FALSE(fs::exists((folder / "s.sock").string()));
}
