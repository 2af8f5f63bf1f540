#include "http/tls_context.h"

#include <sys/stat.h>

#include <catch2/catch.hpp>
#include <filesystem>
#include <fstream>

#include "unit/http/certificates.h"

using namespace boxkited;
using namespace boxkited::http;

namespace {

namespace fs = std::filesystem;

std::string error_of(const TlsFiles& files) {
    const auto loaded = TlsContext::load(files);
    if (loaded) return "good";
    return loaded.error().member + ": " + loaded.error().reason;
}

std::string text_of(const std::string& file) { return read_file(file); }

}  // namespace

TEST_CASE("certificate, key and authorities that belong together are taken", "[tls]") {
    const Certificates certificates;
    TlsFiles files = certificates.make("server");
    CHECK(error_of(files) == "good");

    files.client_ca = certificates.make("clients").certificate;
    CHECK(error_of(files) == "good");
}

TEST_CASE("a chain of certificates is taken, with other text between them", "[tls]") {
    const Certificates certificates;
    TlsFiles files = certificates.make("server");
    const std::string more = certificates.make("authority").certificate;
    std::ofstream(files.certificate, std::ios::app) << "the authority:\n" << text_of(more);

    CHECK(error_of(files) == "good");
}

TEST_CASE("one file may hold certificate and key", "[tls]") {
    const Certificates certificates;
    TlsFiles files = certificates.make("server");
    std::ofstream(files.certificate, std::ios::app) << text_of(files.key);
    files.key = files.certificate;

    CHECK(error_of(files) == "good");
}

TEST_CASE("files that TLS cannot be spoken with are refused by name", "[tls]") {
    const Certificates certificates;
    const TlsFiles good = certificates.make("server");
    const TlsFiles other = certificates.make("other");
    const std::string junk = certificates.path("junk.pem");
    std::ofstream(junk) << "hello\n";
    const std::string broken = certificates.path("broken.pem");
    std::ofstream(broken) << text_of(good.certificate).replace(200, 8, "????????");
    const std::string half = certificates.path("half.pem");
    std::ofstream(half) << text_of(good.certificate).substr(0, 300);
    const std::string fifo = certificates.path("fifo");
    REQUIRE(::mkfifo(fifo.c_str(), 0600) == 0);
    const std::string large = certificates.path("large.pem");
    std::ofstream(large) << std::string((1 << 20) + 1, '\n');
    const std::string none = certificates.path("none");
    const std::string directory = fs::path(junk).parent_path();

    for (const auto& [bad, reason] : std::vector<std::pair<std::string, std::string>>{
             {none, "No such file or directory"},
             {directory, "is a directory"},
             {fifo, "is not a regular file"},
             {large, "is too large"},
             {junk, "expected a certificate in PEM form"},
             {broken, "expected a certificate in PEM form"},
             {half, "expected a certificate in PEM form"},
             {good.key, "expected a certificate in PEM form"}}) {
        CAPTURE(bad);
        CHECK(error_of({bad, good.key, ""}) == "certificate: " + bad + ": " + reason);
        CHECK(error_of({good.certificate, good.key, bad}) == "client_ca: " + bad + ": " + reason);
    }
    CHECK(error_of({good.certificate, none, ""}) == "key: " + none + ": No such file or directory");
    CHECK(error_of({good.certificate, junk, ""}) ==
          "key: " + junk + ": expected a private key in PEM form");
    CHECK(error_of({good.certificate, other.key, ""}) ==
          "key: " + other.key + ": expected the key of " + good.certificate);
}

TEST_CASE("a key with a passphrase is refused, and asks nobody for it", "[tls]") {
    const Certificates certificates;
    const TlsFiles files = certificates.make("server");
    const std::string locked = certificates.path("locked.key");
    const std::string form = GENERATE("pkey -aes256", "ec -aes256");
    Certificates::openssl(form + " -passout pass:secret -in " + files.key + " -out " + locked);

    CHECK(error_of({files.certificate, locked, ""}) ==
          "key: " + locked + ": expected a key without a passphrase");
}

TEST_CASE("a certificate that OpenSSL holds to be too weak is refused with its reason", "[tls]") {
    const Certificates certificates;
    const TlsFiles files = certificates.make("weak", "-newkey rsa:512 -nodes");

    CHECK(error_of(files) == "certificate: " + files.certificate + ": not taken: ee key too small");
}
