#include "http/tls_stream.h"

#include <openssl/bio.h>
#include <openssl/err.h>
#include <openssl/ssl.h>

#include <algorithm>
#include <cassert>
#include <cstring>
#include <new>
#include <utility>

// OpenSSL reads and writes through a BIO. Ours reads from the bytes at hand, in place, and writes
// to a string. Its own memory BIOs would copy what comes, and keep memory for the largest piece
// that ever came, which no limit of ours would know of.

namespace boxkited::http {

namespace {

// What the BIO of a connection reads and writes.
struct Bytes {
    std::string_view incoming;
    std::string& outgoing;
};

Bytes& bytes_of(BIO* bio) { return *static_cast<Bytes*>(BIO_get_data(bio)); }

int read_bytes(BIO* bio, char* to, std::size_t size, std::size_t* count) {
    std::string_view& incoming = bytes_of(bio).incoming;
    BIO_clear_retry_flags(bio);
    *count = std::min(size, incoming.size());
    if (*count == 0) {
        BIO_set_retry_read(bio);
        return 0;
    }
    std::memcpy(to, incoming.data(), *count);
    incoming.remove_prefix(*count);
    return 1;
}

int write_bytes(BIO* bio, const char* from, std::size_t size, std::size_t* count) {
    bytes_of(bio).outgoing.append(from, size);
    *count = size;
    return 1;
}

// A flush is all that is asked of it.
long control(BIO*, int command, long, void*) { return command == BIO_CTRL_FLUSH ? 1 : 0; }

int create(BIO* bio) {
    BIO_set_init(bio, 1);
    return 1;
}

struct Free {
    void operator()(BIO_METHOD* method) const { BIO_meth_free(method); }
    void operator()(SSL* ssl) const { SSL_free(ssl); }
};

BIO_METHOD* new_method() {
    BIO_METHOD* const method =
        BIO_meth_new(BIO_get_new_index() | BIO_TYPE_SOURCE_SINK, "bytes at hand");
    if (method == nullptr) throw std::bad_alloc();
    BIO_meth_set_read_ex(method, read_bytes);
    BIO_meth_set_write_ex(method, write_bytes);
    BIO_meth_set_ctrl(method, control);
    BIO_meth_set_create(method, create);
    return method;
}

BIO* new_bio(Bytes& bytes) {
    static const std::unique_ptr<BIO_METHOD, Free> method(new_method());
    BIO* const bio = BIO_new(method.get());
    if (bio == nullptr) throw std::bad_alloc();
    BIO_set_data(bio, &bytes);
    return bio;
}

bool is_plain_http(unsigned long error) {
    return ERR_GET_LIB(error) == ERR_LIB_SSL && ERR_GET_REASON(error) == SSL_R_HTTP_REQUEST;
}

}  // namespace

struct TlsStream::Engine {
    Engine(std::shared_ptr<const TlsContext> the_context, std::string& outgoing)
        : context(std::move(the_context)), bytes{{}, outgoing}, ssl(SSL_new(context->get())) {
        if (!ssl) throw std::bad_alloc();
        BIO* const bio = new_bio(bytes);
        SSL_set_bio(ssl.get(), bio, bio);
        if (context->is_client()) {
            SSL_set_connect_state(ssl.get());
        } else {
            SSL_set_accept_state(ssl.get());
        }
    }

    const std::shared_ptr<const TlsContext> context;
    Bytes bytes;
    const std::unique_ptr<SSL, Free> ssl;
};

TlsStream::TlsStream(std::shared_ptr<const TlsContext> context)
    : engine_(std::make_unique<Engine>(std::move(context), outgoing_)) {
    if (engine_->context->is_client()) SSL_do_handshake(engine_->ssl.get());
}

TlsStream::~TlsStream() = default;

std::size_t TlsStream::open(std::string_view sealed, char* room) {
    if (state_ != State::kHandshake && state_ != State::kOpen) return 0;
    SSL* const ssl = engine_->ssl.get();
    const std::size_t place = sealed.size() + kMostKept;
    engine_->bytes.incoming = sealed;
    std::size_t used = 0;
    ERR_clear_error();
    for (;;) {
        std::size_t got = 0;
        assert(used < place);  // What is sealed is longer than what it says.
        const int result = SSL_read_ex(ssl, room + used, place - used, &got);
        if (state_ == State::kHandshake && SSL_is_init_finished(ssl)) state_ = State::kOpen;
        if (result != 1) {
            take_error(result);
            break;
        }
        used += got;
    }
    engine_->bytes.incoming = {};
    return used;
}

void TlsStream::take_error(int result) {
    const int error = SSL_get_error(engine_->ssl.get(), result);
    if (error == SSL_ERROR_WANT_READ) return;
    if (error == SSL_ERROR_ZERO_RETURN) {
        state_ = State::kEnded;
        return;
    }
    state_ = is_plain_http(ERR_peek_error()) ? State::kPlainHttp : State::kBroken;
    ERR_clear_error();
}

bool TlsStream::is_within_record() const {
    const SSL* const ssl = engine_->ssl.get();
    // Between the header of a record and its first byte nothing is pending; what is read next is
    // the body.
    return SSL_has_pending(ssl) == 1 || std::string_view(SSL_rstate_string(ssl)) == "RB";
}

bool TlsStream::seal(std::string_view plain) {
    assert(state_ == State::kOpen || state_ == State::kEnded);
    ERR_clear_error();
    std::size_t written = 0;
    if (SSL_write_ex(engine_->ssl.get(), plain.data(), plain.size(), &written) == 1) return true;
    state_ = State::kBroken;
    ERR_clear_error();
    return false;
}

void TlsStream::finish() {
    if (state_ != State::kOpen && state_ != State::kEnded) return;
    SSL_shutdown(engine_->ssl.get());
    ERR_clear_error();
}

}  // namespace boxkited::http
