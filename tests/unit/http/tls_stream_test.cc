#include "http/tls_stream.h"

#include <catch2/catch.hpp>
#include <utility>

#include "unit/http/certificates.h"

using namespace boxkited::http;

using State = TlsStream::State;

namespace {

// What is said in `sealed`, which comes in pieces of `step`.
std::string opened(TlsStream& tls, std::string_view sealed, std::size_t step = 1 << 20) {
    std::string said;
    while (!sealed.empty()) {
        const std::string_view piece = sealed.substr(0, step);
        std::string room(piece.size() + TlsStream::kMostKept, '\0');
        room.resize(tls.open(piece, room.data()));
        said += room;
        sealed.remove_prefix(piece.size());
    }
    return said;
}

std::string sealed(TlsStream& tls, std::string_view plain) {
    REQUIRE(tls.seal(plain));
    return std::exchange(tls.outgoing(), {});
}

struct Ends {
    TlsStream server{any_tls()};
    TlsStream client{TlsContext::of_client()};

    void shake_hands(std::size_t step = 1 << 20) {
        while (!server.outgoing().empty() || !client.outgoing().empty()) {
            CHECK(opened(server, std::exchange(client.outgoing(), {}), step).empty());
            CHECK(opened(client, std::exchange(server.outgoing(), {}), step).empty());
        }
        REQUIRE(server.state() == State::kOpen);
        REQUIRE(client.state() == State::kOpen);
    }
};

std::string long_text() {
    std::string text;
    for (int i = 0; text.size() < 100'000; ++i) text += std::to_string(i);
    return text;
}

}  // namespace

TEST_CASE("what one end seals the other opens, however it is cut", "[tls]") {
    const std::size_t step = GENERATE(1U, 7U, 1000U, 1U << 20);
    CAPTURE(step);
    Ends ends;
    ends.shake_hands(step);
    const std::string text = long_text();

    CHECK(opened(ends.server, sealed(ends.client, text), step) == text);
    const std::string first = sealed(ends.client, "a");
    CHECK(opened(ends.server, first + sealed(ends.client, "b"), step) == "ab");
    CHECK(opened(ends.client, sealed(ends.server, text), step) == text);
    CHECK(ends.server.state() == State::kOpen);
}

TEST_CASE("a record that is not whole is kept and known to be", "[tls]") {
    Ends ends;
    ends.shake_hands();
    const std::string record = sealed(ends.client, "hello");

    for (std::size_t size = 1; size < record.size(); ++size) {
        CAPTURE(size);
        CHECK(opened(ends.server, record.substr(size - 1, 1)).empty());
        CHECK(ends.server.is_within_record());
    }
    CHECK(opened(ends.server, record.substr(record.size() - 1)) == "hello");
    CHECK_FALSE(ends.server.is_within_record());
}

TEST_CASE("who has finished still listens", "[tls]") {
    Ends ends;
    ends.shake_hands();
    const std::string last = sealed(ends.client, "last");
    ends.client.finish();

    CHECK(opened(ends.server, last + ends.client.outgoing()) == "last");
    CHECK(ends.server.state() == State::kEnded);
    CHECK(opened(ends.client, sealed(ends.server, "answer")) == "answer");
    ends.server.finish();
    CHECK(opened(ends.client, ends.server.outgoing()).empty());
    CHECK(ends.client.state() == State::kEnded);
}

TEST_CASE("a record that was changed on its way breaks the connection", "[tls]") {
    Ends ends;
    ends.shake_hands();
    const std::string good = sealed(ends.client, "good");
    std::string bad = sealed(ends.client, "bad");
    bad[bad.size() / 2] = static_cast<char>(bad[bad.size() / 2] ^ 1);

    CHECK(opened(ends.server, good + bad + sealed(ends.client, "behind")) == "good");
    CHECK(ends.server.state() == State::kBroken);
    CHECK_FALSE(ends.server.outgoing().empty());
    CHECK(opened(ends.server, sealed(ends.client, "more")).empty());
}

TEST_CASE("who speaks HTTP instead of TLS is told apart from who speaks neither", "[tls]") {
    TlsStream asked(any_tls());
    CHECK(opened(asked, "GET / HTTP/1.1\r\nHost: a\r\n\r\n").empty());
    CHECK(asked.state() == State::kPlainHttp);

    TlsStream shouted_at(any_tls());
    CHECK(opened(shouted_at, "hello, hello, hello").empty());
    CHECK(shouted_at.state() == State::kBroken);

    TlsStream told_nonsense(any_tls());
    CHECK(opened(told_nonsense, std::string("\x16\x03\x01\x00\x05hello", 10)).empty());
    CHECK(told_nonsense.state() == State::kBroken);
    CHECK_FALSE(told_nonsense.outgoing().empty());
}

TEST_CASE("an end within the handshake breaks nothing", "[tls]") {
    Ends ends;
    ends.client.finish();
    ends.server.finish();

    CHECK(opened(ends.server, ends.client.outgoing()).empty());
    CHECK(ends.server.state() == State::kHandshake);
    ends.server.finish();
    CHECK(ends.server.state() == State::kHandshake);
}
