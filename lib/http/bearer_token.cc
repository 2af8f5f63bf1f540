#include "http/bearer_token.h"

#include <openssl/crypto.h>
#include <openssl/sha.h>

#include "base/ascii_text.h"

namespace boxkited::http {

BearerToken::BearerToken(std::string_view secret) {
    static_assert(sizeof digest_ == SHA256_DIGEST_LENGTH);
    SHA256(reinterpret_cast<const unsigned char*>(secret.data()), secret.size(), digest_.data());
}

bool operator==(const BearerToken& a, const BearerToken& b) {
    return CRYPTO_memcmp(a.digest_.data(), b.digest_.data(), a.digest_.size()) == 0;
}

std::string_view bearer_of(std::string_view authorization) {
    constexpr std::string_view kScheme = "Bearer";
    const std::string_view scheme = authorization.substr(0, kScheme.size());
    const std::string_view rest = authorization.substr(scheme.size());
    if (!equals_ignoring_case(scheme, kScheme) || !rest.starts_with(' ')) return {};
    return trimmed(rest, " ");
}

}  // namespace boxkited::http
