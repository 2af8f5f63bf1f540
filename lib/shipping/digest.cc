#include "shipping/digest.h"

#include <openssl/evp.h>

#include <array>
#include <stdexcept>

namespace boxkited {

struct Digest::State {
    std::unique_ptr<EVP_MD_CTX, decltype(&EVP_MD_CTX_free)> context{EVP_MD_CTX_new(),
                                                                    EVP_MD_CTX_free};
};

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
    constexpr std::string_view kDigits = "0123456789abcdef";
    std::string text;
    for (unsigned i = 0; i < size; ++i)
        text.append(1, kDigits[bytes[i] >> 4]).append(1, kDigits[bytes[i] & 15]);
    return text;
}

}  // namespace boxkited
