#include "http/request_gate.h"

#include <catch2/catch.hpp>
#include <string>
#include <vector>

#include "http/request_stream.h"

using namespace boxkited::http;

namespace {

// The status with which the gate refuses `bytes`; 0 when it lets the request in, -1 when it waits
// for more.
int verdict(const std::string& bytes, const GateLimits& limits = {}) {
    KnownHeaders known;
    RequestStream stream(limits, known);
    switch (stream.next(bytes)) {
        case RequestStream::Step::kRequest:
            return 0;
        case RequestStream::Step::kRefused:
            return stream.refusal().status;
        case RequestStream::Step::kNeedsMore:
            break;
    }
    return -1;
}

std::string message(const std::string& bytes, const GateLimits& limits = {}) {
    KnownHeaders known;
    RequestStream stream(limits, known);
    REQUIRE(stream.next(bytes) == RequestStream::Step::kRefused);
    return stream.refusal().message;
}

struct Row {
    std::string request;
    int status;
};

void check_rows(const std::vector<Row>& rows) {
    for (const Row& row : rows) {
        CAPTURE(row.request);
        CHECK(verdict(row.request) == row.status);
        // The verdict is the same however the bytes are cut, and comes before the last byte or
        // with it.
        static const GateLimits kLimits;
        KnownHeaders known;
        RequestStream bytewise(kLimits, known);
        auto step = RequestStream::Step::kNeedsMore;
        std::string given;
        for (std::size_t i = 0; i < row.request.size(); ++i) {
            given += row.request[i];
            step = bytewise.next(given);
            if (step != RequestStream::Step::kNeedsMore) break;
            given.erase(0, bytewise.taken());
        }
        if (row.status > 0) {
            CHECK(step == RequestStream::Step::kRefused);
            CHECK(bytewise.refusal().status == row.status);
        } else {
            CHECK((step == RequestStream::Step::kRequest) == (row.status == 0));
        }
    }
}

const std::string kSmuggled = "GET /smuggled HTTP/1.1\r\nHost: a\r\n\r\n";

std::string with(const std::string& fields) {
    return "POST /p HTTP/1.1\r\nHost: a\r\n" + fields + "\r\n" + kSmuggled;
}

std::string with_line(const std::string& line) { return line + "\r\nHost: a\r\n\r\n"; }

std::string chunked(const std::string& chunks) {
    return "POST /p HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n" + chunks;
}

}  // namespace

TEST_CASE("requests with one reading pass the gate", "[gate]") {
    check_rows({
        {with_line("GET / HTTP/1.1"), 0},
        {with_line("GET /p?a=b&name[]=c HTTP/1.1"), 0},
        {with_line("BREW /p HTTP/1.1"), 0},
        {with_line("GET //a/%2e%2e/b HTTP/1.1"), 0},
        {"GET / HTTP/1.0\r\n\r\n", 0},
        {"GET / HTTP/1.0\r\nExpect: 200-ok\r\n\r\n", 0},
        {"GET / HTTP/1.1\r\nhOST:\t [::1]:9810 \r\n\r\n", 0},
        {"GET / HTTP/1.1\r\nHost: model.svc:9810\r\nX-Any: \xc3\xa9 \t text\r\nEmpty:\r\n\r\n", 0},
        {"POST /p HTTP/1.1\r\nHost: a\r\n\r\n", 0},
        {"POST /p HTTP/1.1\r\nHost: a\r\nContent-Length: 0\r\n\r\n", 0},
        {"POST /p HTTP/1.1\r\nHost: a\r\nContent-Length: 005\r\n\r\nhello", 0},
        {"POST /p HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\n\r\nhell", -1},
        {"POST /p HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: CHUNKED\r\n\r\n0\r\n\r\n", 0},
        {"POST /p HTTP/1.1\r\nHost: a\r\nContent-Encoding: identity\r\n\r\n", 0},
        {"POST /p HTTP/1.1\r\nHost: a\r\nContent-Encoding: x-gzip\r\n\r\n", 0},
        {"POST /p HTTP/1.1\r\nHost: a\r\nExpect: 100-Continue\r\nContent-Length: 1\r\n\r\nx", 0},
        {"GET / HTTP/1.1\r\nHost: a\r\n", -1},
    });
}

TEST_CASE("requests whose length has two readings are refused", "[gate]") {
    check_rows({
        {with("Content-Length: 5\r\nTransfer-Encoding: chunked\r\n"), 400},
        {with("Transfer-Encoding: chunked\r\nContent-Length: 5\r\n"), 400},
        {with("Content-Length: 5\r\nTransfer-Encoding: identity\r\n"), 400},
        {with("Transfer-Encoding: gzip\r\nContent-Length: 5\r\n"), 400},
        {with("Content-Length: 5\r\nContent-Length: 5\r\n"), 400},
        {with("Content-Length: 5\r\nContent-Length: 6\r\n"), 400},
        {with("Content-Length: 5, 5\r\n"), 400},
        {with("Content-Length: 5,6\r\n"), 400},
        {with("Content-Length: 5,\r\n"), 400},
        {with("Content-Length: +5\r\n"), 400},
        {with("Content-Length: -5\r\n"), 400},
        {with("Content-Length: -0\r\n"), 400},
        {with("Content-Length: 0x5\r\n"), 400},
        {with("Content-Length: 5 5\r\n"), 400},
        {with("Content-Length: 5.0\r\n"), 400},
        {with("Content-Length: 5e0\r\n"), 400},
        {with("Content-Length: \"5\"\r\n"), 400},
        {with("Content-Length:\r\n"), 400},
        {with("Content-Length: 18446744073709551616\r\n"), 400},
        {with("Content-Length: 99999999999999999999999999\r\n"), 400},
        {with("Content-Length: 18446744073709551615\r\n"), 413},
        {with("Transfer-Encoding: gzip\r\n"), 501},
        {with("Transfer-Encoding: identity\r\n"), 501},
        {with("Transfer-Encoding: xchunked\r\n"), 501},
        {with("Transfer-Encoding: \"chunked\"\r\n"), 501},
        {with("Transfer-Encoding: chunked;q=1\r\n"), 501},
        {with("Transfer-Encoding: chunked, gzip\r\n"), 501},
        {with("Transfer-Encoding: gzip, chunked\r\n"), 501},
        {with("Transfer-Encoding: chunked, identity\r\n"), 501},
        {with("Transfer-Encoding: chunked, chunked\r\n"), 400},
        {with("Transfer-Encoding: chunked,\r\n"), 400},
        {with("Transfer-Encoding: , chunked\r\n"), 400},
        {with("Transfer-Encoding:\r\n"), 400},
        {with("Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n"), 400},
        {with("Transfer-Encoding: chunked\r\nTransfer-Encoding: gzip\r\n"), 400},
        {with("Transfer-Encoding: gzip\r\nTransfer-Encoding: chunked\r\n"), 400},
        {with("Transfer-Encoding:\r\n chunked\r\n"), 400},
        {with("Transfer-Encoding : chunked\r\n"), 400},
        {with("Transfer-Encoding\t: chunked\r\n"), 400},
        {with("Transfer-Encoding: \x0b"
              "chunked\r\n"),
         400},
        {with("Transfer-Encoding: chunked\x0c\r\n"), 400},
        {"POST /p HTTP/1.0\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n" + kSmuggled, 400},
        {"POST /p HTTP/1.0\r\nTransfer-Encoding: gzip\r\n\r\n" + kSmuggled, 400},
    });
}

TEST_CASE("a header that is not made of clean lines is refused", "[gate]") {
    using namespace std::string_literals;
    check_rows({
        {"GET / HTTP/1.1\r\n\r\n", 400},
        {"GET / HTTP/1.1\r\nHost:\r\n\r\n", 400},
        {"GET / HTTP/1.1\r\nHost: a\r\nHost: a\r\n\r\n", 400},
        {"GET / HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n", 400},
        {"GET / HTTP/1.0\r\nHost: a\r\nHost: b\r\n\r\n", 400},
        {"GET / HTTP/1.1\r\nHost: a b\r\n\r\n", 400},
        {"GET / HTTP/1.1\r\nHost: a,b\r\n\r\n", 400},
        {"GET / HTTP/1.1\r\nHost: a/b\r\n\r\n", 400},
        {"GET / HTTP/1.1\r\nHost: u@a\r\n\r\n", 400},
        {"GET / HTTP/1.1\r\nHost: a:x\r\n\r\n", 400},
        {"GET / HTTP/1.1\r\nHost: [::1\r\n\r\n", 400},
        {"GET / HTTP/1.1\r\nHost: []\r\n\r\n", 400},
        {"GET / HTTP/1.1\r\nHost: :80\r\n\r\n", 400},
        {"GET / HTTP/1.1\nHost: a\n\n", 400},
        {"GET / HTTP/1.1\r\nHost: a\n\r\n", 400},
        {"GET / HTTP/1.1\r\nHost: a\r\n\n", 400},
        {"GET / HTTP/1.1\r\nHost: a\rX: b\r\n\r\n", 400},
        {"GET / HTTP/1.1\rHost: a\r\r", 400},
        {"GET / HTTP/1.1\r\nHost: a\r\nX: a\r\r\n\r\n", 400},
        {"GET / HTTP/1.1\r\nHost: a\r\nX: a\r\n b\r\n\r\n", 400},
        {"GET / HTTP/1.1\r\nHost: a\r\nX: a\r\n\tb\r\n\r\n", 400},
        {"GET / HTTP/1.1\r\n Host: a\r\n\r\n", 400},
        {"GET / HTTP/1.1\r\nHost : a\r\n\r\n", 400},
        {"GET / HTTP/1.1\r\nHost: a\r\n: b\r\n\r\n", 400},
        {"GET / HTTP/1.1\r\nHost: a\r\nX\r\n\r\n", 400},
        {"GET / HTTP/1.1\r\nHost: a\r\nX Y: b\r\n\r\n", 400},
        {"GET / HTTP/1.1\r\nHost: a\r\nX\x80: b\r\n\r\n", 400},
        {"GET / HTTP/1.1\r\nHost: a\r\nX: \0\r\n\r\n"s, 400},
        {"GET / HTTP/1.1\r\nHost: a\r\nX: \x01\r\n\r\n", 400},
        {"GET / HTTP/1.1\r\nHost: a\r\nX: \x7f\r\n\r\n", 400},
        {"\r\nGET / HTTP/1.1\r\nHost: a\r\n\r\n", 400},
        {"\x16\x03\x01\x02", 400},
    });
}

TEST_CASE("a request line is a method and a path and a version", "[gate]") {
    check_rows({
        {with_line("GET / HTTP/2.0"), 505},
        {with_line("GET / HTTP/1.2"), 505},
        {with_line("GET / HTTP/0.9"), 505},
        {"PRI * HTTP/2.0\r\n\r\n", 505},
        {with_line("GET /"), 400},
        {with_line("GET / http/1.1"), 400},
        {with_line("GET / HTTP/1.1 "), 400},
        {with_line("GET / HTTP/1.10"), 400},
        {with_line("GET  / HTTP/1.1"), 400},
        {with_line("GET /  HTTP/1.1"), 400},
        {with_line("GET / b HTTP/1.1"), 400},
        {with_line("GET\t/ HTTP/1.1"), 400},
        {with_line(" GET / HTTP/1.1"), 400},
        {with_line("G(T / HTTP/1.1"), 400},
        {with_line("/ HTTP/1.1"), 400},
        {with_line(std::string(33, 'M') + " / HTTP/1.1"), 400},
        {with_line("GET http://a/ HTTP/1.1"), 400},
        {with_line("GET a HTTP/1.1"), 400},
        {with_line("OPTIONS * HTTP/1.1"), 400},
        {with_line("CONNECT a:80 HTTP/1.1"), 400},
        {with_line("GET /%00 HTTP/1.1"), 400},
        {with_line("GET /a?b=%00 HTTP/1.1"), 400},
        {with_line("GET /\xc3\xa9 HTTP/1.1"), 400},
        {with_line("GET /\x01 HTTP/1.1"), 400},
        {with_line("GET /a#b HTTP/1.1"), 400},
    });
}

TEST_CASE("what is too large is refused by the part that is too large", "[gate]") {
    std::string fields;
    for (int i = 0; i < 99; ++i) fields += "X" + std::to_string(i) + ": y\r\n";
    const std::string long_field = "X: " + std::string(8192, 'x') + "\r\n";

    check_rows({
        {"GET / HTTP/1.1\r\nHost: a\r\n" + fields + "\r\n", 0},
        {"GET / HTTP/1.1\r\nHost: a\r\nX: y\r\n" + fields + "\r\n", 431},
        {"GET / HTTP/1.1\r\nHost: a\r\n" + long_field + "\r\n", 431},
        {"GET /" + std::string(65536, 'x') + " HTTP/1.1\r\nHost: a\r\n\r\n", 414},
        {"GET /" + std::string(8150, 'x') + " HTTP/1.1\r\nHost: a\r\n" +
             "X: " + std::string(100, 'x') + "\r\n\r\n",
         414},
        {std::string(10000, 'M') + " / HTTP/1.1\r\nHost: a\r\n\r\n", 400},
        {with("Content-Length: 4194305\r\n"), 413},
        {with("Content-Length: 4194305\r\nExpect: 100-continue\r\n"), 413},
    });
}

TEST_CASE("a header of exactly the limit passes and one byte more does not", "[gate]") {
    const std::string start = "GET / HTTP/1.1\r\nHost: a\r\nX: ";
    const GateLimits limits{128, 100, 100};
    const auto header_of = [&](std::size_t size) {
        return start + std::string(size - start.size() - 4, 'x') + "\r\n\r\n";
    };

    CHECK(verdict(header_of(128), limits) == 0);
    CHECK(verdict(header_of(129), limits) == 431);
    // Also when the end has not come yet.
    CHECK(verdict(start + std::string(128 - start.size(), 'x'), limits) == -1);
    CHECK(verdict(start + std::string(129 - start.size(), 'x'), limits) == 431);
}

TEST_CASE("what the peer expects or encodes in other ways is refused", "[gate]") {
    check_rows({
        {with("Expect: 200-ok\r\n"), 417},
        {with("Expect: 100-continue, x\r\n"), 417},
        {with("Expect: 100-continue\r\nExpect: 100-continue\r\n"), 417},
        {with("Content-Encoding: br\r\n"), 415},
        {with("Content-Encoding: gzip, gzip\r\n"), 415},
        {with("Content-Encoding: gzip\r\nContent-Encoding: gzip\r\n"), 415},
    });
}

TEST_CASE("chunked bodies have one reading or are refused", "[gate]") {
    using namespace std::string_literals;
    check_rows({
        {chunked("5\r\nhello\r\n0\r\n\r\n"), 0},
        {chunked("5;a=b;c=\"d e\"\r\nhello\r\n00\r\n\r\n"), 0},
        {chunked("A\r\n0123456789\r\n0\r\nTrailer: x\r\n\r\n"), 0},
        {chunked("1\r\n \r\n1\r\n\n\r\n1\r\n\x01\r\n0\r\n\r\n"), 0},
        {chunked("5\r\nhello\r\n0\r\n"), -1},
        {chunked("-1\r\nx"), 400},
        {chunked("+1\r\nx\r\n0\r\n\r\n"), 400},
        {chunked("0x3\r\nabc"), 400},
        {chunked("0x3\r\nabc\r\n0\r\n\r\n"), 400},
        {chunked("10000000000000000\r\n"), 400},
        {chunked("ffffffffffffffff\r\n"), 413},
        {chunked("400001\r\n"), 413},
        {chunked("\r\n5\r\nhello\r\n0\r\n\r\n"), 400},
        {chunked(" 5\r\nhello\r\n0\r\n\r\n"), 400},
        {chunked("g\r\n"), 400},
        {chunked("5\nhello\n0\n\n"), 400},
        {chunked("5\r\nhello\n0\r\n\r\n"), 400},
        {chunked("5\r\nhello0\r\n\r\n"), 400},
        {chunked("5\r\nhelloworld\r\n0\r\n\r\n"), 400},
        {chunked("5\rhello\r\n0\r\n\r\n"), 400},
        {chunked("5;a=\"\n\"\r\nhello\r\n0\r\n\r\n"), 400},
        {chunked("5;a=\"\x01\"\r\nhello\r\n0\r\n\r\n"), 400},
        {chunked("5;\r\nhello\r\n0\r\n\r\n"), 400},
        {chunked("5 5\r\nhello\r\n0\r\n\r\n"), 400},
        {chunked("0\r\nTrailer\r\n\r\n"), 400},
        {chunked("0\r\nTrailer : x\r\n\r\n"), 400},
        {chunked("0\r\nTrailer: x\n\r\n"), 400},
        {chunked("0\r\nTrailer: x\r\n folded\r\n\r\n"), 400},
        {chunked("0\r\nTrailer: \0\r\n\r\n"s), 400},
        {chunked("0\r\nContent-Length: 5\r\n\r\n"), 400},
        {chunked("0\r\nTransfer-Encoding: gzip\r\n\r\n"), 400},
        {chunked("5;" + std::string(9000, 'x')), 400},
        {chunked("0\r\nX: " + std::string(9000, 'x')), 400},
    });
}

TEST_CASE("a refusal names the part and what was expected", "[gate]") {
    CHECK(message(with("Content-Length: 5, 5\r\n")) ==
          "Content-Length: expected one decimal number below 2^64, once");
    CHECK(message(with("Transfer-Encoding: gzip\r\n")) ==
          "Transfer-Encoding: only chunked is implemented");
    CHECK(message("GET / HTTP/1.1\r\n\r\n") == "Host: expected exactly one, got 0");
    CHECK(message(with("X Y: b\r\n")) == "header: \"X Y\" is no field name that ends in a colon");
    CHECK(message(with("X-Y: \x01\r\n")) ==
          "X-Y: expected a value of visible characters that the field allows");
    CHECK(message(with("Content-Length: 9\r\n"), {8192, 100, 8}) ==
          "body: expected at most 8 bytes");
    CHECK(message("GET / HTTP/3.0\r\n\r\n") == "version: expected HTTP/1.1 or HTTP/1.0");
}

TEST_CASE("the path of a refused request is given when it can be read", "[gate]") {
    CHECK(readable_path("GET /a?b HTTP/1.1\r\nHost") == "/a");
    CHECK(readable_path("GET /a HTTP/9.9\r\n") == "/a");
    CHECK(readable_path("GET /a") == "");
    CHECK(readable_path("GET a HTTP/1.1\r\n") == "");
    CHECK(readable_path("GET /\x01 HTTP/1.1\r\n") == "");
    CHECK(readable_path("") == "");
}
