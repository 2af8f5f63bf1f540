#pragma once

#include <memory>
#include <string>

#include "base/result.h"

struct ssl_ctx_st;  // OpenSSL's SSL_CTX.

namespace boxkited::http {

// The files of a listener that speaks TLS, all PEM.
struct TlsFiles {
    std::string certificate;  // That of the server, then those between it and its authority.
    std::string key;          // Of the first certificate, without a passphrase.
    // Authorities of clients' certificates. When it is named, a client without such a certificate
    // is refused.
    std::string client_ca;
};

// Why TLS cannot be spoken with these files: {"key", "/tls/key.pem: No such file or directory"}.
struct TlsError {
    std::string member;  // Of TlsFiles.
    std::string reason;
};

// What a TLS connection is begun with. Connections share it, and keep it for as long as they need
// it. TLS 1.2 and later, everything else as OpenSSL has it by default; sessions are resumed by
// ticket, so that none are remembered here.
//
// Threads: immutable; any.
class TlsContext {
public:
    // Of a server. Reads the files, and checks that they belong together.
    static Result<std::shared_ptr<const TlsContext>, TlsError> load(const TlsFiles& files);
    // Of a client that shows no certificate, and does not ask whom it speaks to.
    static std::shared_ptr<const TlsContext> of_client();

    ~TlsContext();
    TlsContext(const TlsContext&) = delete;

    ssl_ctx_st* get() const { return context_; }
    bool is_client() const { return is_client_; }

private:
    explicit TlsContext(bool is_client);
    Result<void, TlsError> use_certificate(const TlsFiles& files);
    Result<void, TlsError> use_key(const TlsFiles& files);
    Result<void, TlsError> ask_clients(const TlsFiles& files);

    const bool is_client_;
    ssl_ctx_st* const context_;
};

}  // namespace boxkited::http
