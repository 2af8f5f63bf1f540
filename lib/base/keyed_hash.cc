#include "base/keyed_hash.h"

#include <openssl/core_names.h>
#include <openssl/evp.h>
#include <openssl/params.h>

#include <array>
#include <new>

#include "base/hex.h"

namespace boxkited {

namespace {

struct Free {
    void operator()(EVP_MAC* mac) const { EVP_MAC_free(mac); }
    void operator()(EVP_MAC_CTX* context) const { EVP_MAC_CTX_free(context); }
};
using Context = std::unique_ptr<EVP_MAC_CTX, Free>;

// What OpenSSL refuses here is memory.
void need(bool good) {
    if (!good) throw std::bad_alloc();
}

const unsigned char* bytes_of(std::string_view text) {
    return reinterpret_cast<const unsigned char*>(text.data());
}

Context keyed_context(std::string_view key) {
    const std::unique_ptr<EVP_MAC, Free> hmac(EVP_MAC_fetch(nullptr, "HMAC", nullptr));
    need(hmac != nullptr);
    Context context(EVP_MAC_CTX_new(hmac.get()));
    char digest[] = "SHA256";
    const std::array parameters{OSSL_PARAM_construct_utf8_string(OSSL_MAC_PARAM_DIGEST, digest, 0),
                                OSSL_PARAM_construct_end()};
    need(context != nullptr &&
         EVP_MAC_init(context.get(), bytes_of(key), key.size(), parameters.data()) == 1);
    return context;
}

}  // namespace

class KeyedHash::Impl {
public:
    explicit Impl(std::string_view key) : keyed_(keyed_context(key)) {}

    std::array<unsigned char, 32> of(std::string_view text) const {
        const Context context(EVP_MAC_CTX_dup(keyed_.get()));
        std::array<unsigned char, 32> hash{};
        std::size_t size = 0;
        need(context != nullptr &&
             EVP_MAC_update(context.get(), bytes_of(text), text.size()) == 1 &&
             EVP_MAC_final(context.get(), hash.data(), &size, hash.size()) == 1);
        return hash;
    }

private:
    const Context keyed_;  // The key's part of the work, done once.
};

KeyedHash::KeyedHash(std::string_view key) : impl_(std::make_unique<Impl>(key)) {}

KeyedHash::~KeyedHash() = default;

void KeyedHash::append(std::string& out, std::string_view text) const {
    const auto hash = impl_->of(text);
    append_hex(out, std::span(hash).first(kDigits / 2));
}

}  // namespace boxkited
