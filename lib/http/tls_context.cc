#include "http/tls_context.h"

#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/ssl.h>

#include <new>
#include <utility>
#include <vector>

#include "base/json_text.h"
#include "base/regular_file.h"

namespace boxkited::http {

namespace {

constexpr std::size_t kLargestFile = 1 << 20;

struct Free {
    void operator()(BIO* bio) const { BIO_free(bio); }
    void operator()(X509* certificate) const { X509_free(certificate); }
    void operator()(EVP_PKEY* key) const { EVP_PKEY_free(key); }
};
using Bio = std::unique_ptr<BIO, Free>;
using Certificate = std::unique_ptr<X509, Free>;
using Key = std::unique_ptr<EVP_PKEY, Free>;

SSL_CTX* new_context(bool is_client) {
    SSL_CTX* const context = SSL_CTX_new(is_client ? TLS_client_method() : TLS_server_method());
    if (context == nullptr) throw std::bad_alloc();
    SSL_CTX_set_min_proto_version(context, TLS1_2_VERSION);
    SSL_CTX_set_options(context, SSL_OP_NO_RENEGOTIATION);
    // An idle connection gives its buffers back, and a server sends the chain it was given: it does
    // not complete it from the authorities of clients.
    SSL_CTX_set_mode(context, SSL_MODE_RELEASE_BUFFERS | SSL_MODE_NO_AUTO_CHAIN);
    SSL_CTX_set_session_cache_mode(context, SSL_SESS_CACHE_OFF);
    return context;
}

// Else a key with a passphrase would ask for it on the terminal, and wait.
int refuse_passphrase(char*, int, int, void* was_asked) {
    *static_cast<bool*>(was_asked) = true;
    return -1;
}

Result<std::string, TlsError> read(const std::string& member, const std::string& path) {
    auto text = read_regular_file(path, kLargestFile);
    if (!text) return Failure{TlsError{member, printable(path) + ": " + to_string(text.error())}};
    return *std::move(text);
}

Failure<TlsError> refuse(const std::string& member, const std::string& path,
                         const std::string& reason) {
    ERR_clear_error();
    return Failure{TlsError{member, printable(path) + ": " + reason}};
}

Bio reader_of(const std::string& text) {
    Bio bio(BIO_new_mem_buf(text.data(), static_cast<int>(text.size())));
    if (!bio) throw std::bad_alloc();
    return bio;
}

// All certificates of a file, at least one; none when any of them is broken.
std::vector<Certificate> certificates_in(const std::string& text) {
    const Bio bio = reader_of(text);
    std::vector<Certificate> all;
    bool was_asked = false;
    while (Certificate next{PEM_read_bio_X509(bio.get(), nullptr, refuse_passphrase, &was_asked)})
        all.push_back(std::move(next));
    const unsigned long why = ERR_peek_last_error();
    if (ERR_GET_LIB(why) != ERR_LIB_PEM || ERR_GET_REASON(why) != PEM_R_NO_START_LINE) all.clear();
    ERR_clear_error();
    return all;
}

// What OpenSSL has against it: "ee key too small".
std::string last_reason() {
    const char* const reason = ERR_reason_error_string(ERR_peek_last_error());
    return reason == nullptr ? "unknown reason" : reason;
}

constexpr const char* kExpectedCertificate = "expected a certificate in PEM form";

}  // namespace

TlsContext::TlsContext(bool is_client) : is_client_(is_client), context_(new_context(is_client)) {}

TlsContext::~TlsContext() { SSL_CTX_free(context_); }

Result<std::shared_ptr<const TlsContext>, TlsError> TlsContext::load(const TlsFiles& files) {
    const std::shared_ptr<TlsContext> context(new TlsContext(false));
    if (auto good = context->use_certificate(files); !good) return Failure{good.error()};
    if (auto good = context->use_key(files); !good) return Failure{good.error()};
    if (auto good = context->ask_clients(files); !good) return Failure{good.error()};
    return std::shared_ptr<const TlsContext>(context);
}

std::shared_ptr<const TlsContext> TlsContext::of_client() {
    return std::shared_ptr<const TlsContext>(new TlsContext(true));
}

Result<void, TlsError> TlsContext::use_certificate(const TlsFiles& files) {
    const auto text = read("certificate", files.certificate);
    if (!text) return Failure{text.error()};
    const std::vector<Certificate> chain = certificates_in(*text);
    if (chain.empty()) return refuse("certificate", files.certificate, kExpectedCertificate);
    bool good = SSL_CTX_use_certificate(context_, chain.front().get()) == 1;
    for (std::size_t i = 1; good && i < chain.size(); ++i)
        good = SSL_CTX_add1_chain_cert(context_, chain[i].get()) == 1;
    if (!good) return refuse("certificate", files.certificate, "not taken: " + last_reason());
    return {};
}

Result<void, TlsError> TlsContext::use_key(const TlsFiles& files) {
    const auto text = read("key", files.key);
    if (!text) return Failure{text.error()};
    const Bio bio = reader_of(*text);
    bool was_asked = false;
    const Key key(PEM_read_bio_PrivateKey(bio.get(), nullptr, refuse_passphrase, &was_asked));
    if (was_asked) return refuse("key", files.key, "expected a key without a passphrase");
    if (!key) return refuse("key", files.key, "expected a private key in PEM form");
    if (SSL_CTX_use_PrivateKey(context_, key.get()) != 1 ||
        SSL_CTX_check_private_key(context_) != 1)
        return refuse("key", files.key, "expected the key of " + printable(files.certificate));
    return {};
}

Result<void, TlsError> TlsContext::ask_clients(const TlsFiles& files) {
    if (files.client_ca.empty()) return {};
    const auto text = read("client_ca", files.client_ca);
    if (!text) return Failure{text.error()};
    const std::vector<Certificate> authorities = certificates_in(*text);
    if (authorities.empty()) return refuse("client_ca", files.client_ca, kExpectedCertificate);
    for (const Certificate& authority : authorities) {
        X509_STORE_add_cert(SSL_CTX_get_cert_store(context_), authority.get());
        SSL_CTX_add_client_CA(context_, authority.get());
    }
    SSL_CTX_set_verify(context_, SSL_VERIFY_PEER | SSL_VERIFY_FAIL_IF_NO_PEER_CERT, nullptr);
    // Without a name of its own, sessions of clients with certificates could not be resumed.
    constexpr unsigned char kName[] = "boxkited";
    SSL_CTX_set_session_id_context(context_, kName, sizeof kName - 1);
    return {};
}

}  // namespace boxkited::http
