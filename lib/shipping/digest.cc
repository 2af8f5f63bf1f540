#include "shipping/digest.h"

#include <openssl/evp.h>

#include <array>
#include <stdexcept>

#include "base/hex.h"

namespace boxkited {

struct Digest::State {
    std::unique_ptr<EVP_MD_CTX, decltype(&EVP_MD_CTX_free)> context{EVP_MD_CTX_new(),
                                                                    EVP_MD_CTX_free};
};

bool Digest::are_available() {
    try {
        const Digest all[]{Digest(Kind::kMd5), Digest(Kind::kSha256)};
    } catch (const std::runtime_error&) {
        return false;
    }
    return true;
}

Digest::Digest(Kind kind) : state_(std::make_unique<State>()) {
    const EVP_MD* const type = kind == Kind::kMd5 ? EVP_md5() : EVP_sha256();
    if (EVP_DigestInit_ex(state_->context.get(), type, nullptr) != 1)
        throw std::runtime_error("OpenSSL refuses a digest");
}

Digest::~Digest() = default;
Digest::Digest(Digest&&) noexcept = default;
Digest& Digest::operator=(Digest&&) noexcept = default;

void Digest::add(std::string_view bytes) {
    EVP_DigestUpdate(state_->context.get(), bytes.data(), bytes.size());
}

std::string Digest::hex() {
    std::array<unsigned char, EVP_MAX_MD_SIZE> bytes{};
    unsigned size = 0;
    EVP_DigestFinal_ex(state_->context.get(), bytes.data(), &size);
    std::string text;
    append_hex(text, std::span(bytes).first(size));
    return text;
}

}  // namespace boxkited
