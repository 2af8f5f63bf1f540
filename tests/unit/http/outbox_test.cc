#include "http/outbox.h"

#include <sys/socket.h>

#include <catch2/catch.hpp>
#include <utility>

#include "base/unique_fd.h"
#include "unit/http/certificates.h"

using namespace boxkited;
using http::Outbox;

namespace {

struct Pair {
    Pair() {
        int both[2];
        REQUIRE(::socketpair(AF_UNIX, SOCK_STREAM, 0, both) == 0);
        writer = UniqueFd(both[0]);
        reader = UniqueFd(both[1]);
    }

    void read_into(std::string& received) const {
        char bytes[7777];
        const auto got = ::recv(reader.get(), bytes, sizeof bytes, MSG_DONTWAIT);
        if (got > 0) received.append(bytes, static_cast<std::size_t>(got));
    }

    UniqueFd writer, reader;
};

}  // namespace

TEST_CASE("what a slow peer gets is whole and in order and its shared body is not copied",
          "[outbox]") {
    const bool is_shared = GENERATE(false, true);
    const Pair pair;
    const std::string own = is_shared ? "" : std::string(3 << 20, 'o');
    const auto shared = is_shared ? std::make_shared<const std::string>(3 << 20, 's') : nullptr;
    Outbox outbox;
    std::string head = "head";
    std::string more = "more";

    REQUIRE(outbox.send(pair.writer.get(), head, own, shared) == Outbox::Sent::kSome);
    REQUIRE(outbox.send(pair.writer.get(), more, "last") == Outbox::Sent::kSome);
    const std::size_t memory = outbox.memory();
    std::string received;
    while (outbox.send_rest(pair.writer.get()) == Outbox::Sent::kSome) pair.read_into(received);
    while (received.size() < 12 + (3 << 20)) pair.read_into(received);

    CHECK((received == "head" + (is_shared ? *shared : own) + "morelast"));
    CHECK(outbox.empty());
    CHECK(outbox.memory() == 0);
    if (is_shared) CHECK(memory < 4096);
    if (is_shared) CHECK(shared.use_count() == 1);
}

TEST_CASE("within TLS a slow peer gets all of it, and makes us seal little at a time", "[outbox]") {
    const Pair pair;
    http::TlsStream server(http::any_tls());
    http::TlsStream client(http::TlsContext::of_client());
    std::string said;
    const auto open = [&](http::TlsStream& tls, const std::string& sealed) {
        std::string room(sealed.size() + http::TlsStream::kMostKept, '\0');
        said.append(room, 0, tls.open(sealed, room.data()));
    };
    while (server.state() != http::TlsStream::State::kOpen) {
        open(server, std::exchange(client.outgoing(), {}));
        open(client, std::exchange(server.outgoing(), {}));
    }
    const auto shared = std::make_shared<const std::string>(3 << 20, 's');
    Outbox outbox;
    outbox.seal_with(&server);
    std::string head = "head";
    std::string more = "more";

    REQUIRE(outbox.send(pair.writer.get(), head, "own", shared) == Outbox::Sent::kSome);
    REQUIRE(outbox.send(pair.writer.get(), more, "last") == Outbox::Sent::kSome);
    CHECK(outbox.memory() < (160 << 10));
    while (!outbox.empty() || said.size() < 15 + (3 << 20)) {
        std::string received;
        pair.read_into(received);
        open(client, received);
        REQUIRE(outbox.send_rest(pair.writer.get()) != Outbox::Sent::kBroken);
    }

    CHECK((said == "head" + *shared + "ownmorelast"));
    CHECK(outbox.memory() == 0);
    CHECK(shared.use_count() == 1);
}
