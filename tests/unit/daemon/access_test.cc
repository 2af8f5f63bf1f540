#include "daemon/access.h"

#include <catch2/catch.hpp>
#include <fstream>

#include "support/temporary_directory.h"

using namespace boxkited;
using http::BearerToken;
using http::ListenerOptions;

namespace {

const std::string kSecret = "s3cr3t-s3cr3t-s3cr3t";

ListenerOptions listener() { return {ListenerOptions::Kind::kTcp, "127.0.0.1:0"}; }

ListenerOptions with_file(const std::filesystem::path& path) {
    ListenerOptions made = listener();
    made.token_file = path;
    return made;
}

ListenerOptions with_variable() {
    ListenerOptions made = listener();
    made.token_env = "TOKEN";
    return made;
}

Environment with_token(const std::string& token) { return {{{"TOKEN", token}}, "host"}; }

std::string error_of(const ListenerOptions& options, const Environment& environment = {}) {
    const auto access = load_access({listener(), options}, environment);
    return access ? "good" : access.error();
}

}  // namespace

TEST_CASE("a token comes from a file or a variable, without the spaces around it", "[access]") {
    const TemporaryDirectory directory;
    std::ofstream(directory / "token") << " " << kSecret << "\r\n";

    const auto access = load_access({listener(), with_file(directory / "token"), with_variable()},
                                    with_token(kSecret + "\n"))
                            .value();

    REQUIRE(access.size() == 3);
    CHECK_FALSE(access[0].token.has_value());
    CHECK(access[1].token == BearerToken(kSecret));
    CHECK(access[2].token == BearerToken(kSecret));
    CHECK(access[0].tls == nullptr);
}

TEST_CASE("a token that is none is refused by its place, and not shown", "[access]") {
    const TemporaryDirectory directory;
    const std::string path = directory / "token";
    const std::string expected = ": expected a token of 16 to 4096 visible ASCII characters";
    const std::string token =
        GENERATE_COPY(std::string(), std::string("\n"), kSecret.substr(0, 15),
                      kSecret + " " + kSecret, kSecret + "\n" + kSecret, kSecret + "\x01",
                      kSecret + std::string(1, '\0'), kSecret + "é", std::string(4097, 'x'));
    CAPTURE(token);
    std::ofstream(path) << token;

    CHECK(error_of(with_file(path)) == "listeners[1].token_file: " + path + expected);
    CHECK(error_of(with_variable(), with_token(token)) ==
          "listeners[1].token_env: TOKEN" + expected);
}

TEST_CASE("tokens of the shortest and the longest kind are good", "[access]") {
    const std::size_t size = GENERATE(16U, 4096U);

    CHECK(error_of(with_variable(), with_token(std::string(size, 'x'))) == "good");
}

TEST_CASE("what cannot be read is named with its reason", "[access]") {
    const TemporaryDirectory directory;
    const std::string none = directory / "none";
    std::ofstream(directory / "large") << std::string(10'000, 'x');
    ListenerOptions tls = listener();
    tls.tls = http::TlsFiles{none, none, ""};

    CHECK(error_of(with_file(none)) ==
          "listeners[1].token_file: " + none + ": No such file or directory");
    CHECK(error_of(with_file(directory.path())) ==
          "listeners[1].token_file: " + directory.path().string() + ": is a directory");
    CHECK(error_of(with_file(directory / "large")) ==
          "listeners[1].token_file: " + std::string(directory / "large") + ": is too large");
    CHECK(error_of(with_variable()) ==
          "listeners[1].token_env: TOKEN: there is no such environment variable");
    CHECK(error_of(tls) == "listeners[1].tls.certificate: " + none + ": No such file or directory");
}
