#include "http/entrance.h"

#include <cassert>
#include <utility>

#include "http/router.h"

namespace boxkited::http {

Entrance::Entrance(Access access, const Router& router)
    : has_tls_(access.tls != nullptr),
      has_token_(access.token.has_value()),
      router_(router),
      access_(std::move(access)) {}

void Entrance::replace(Access access) {
    assert((access.tls != nullptr) == has_tls_ && access.token.has_value() == has_token_);
    *access_.lock() = std::move(access);
}

bool Entrance::lets_in(const Header& header) const {
    if (!has_token_ || router_.is_for_all(header.path)) return true;
    const BearerToken shown(bearer_of(header.authorization));
    return *access_.lock()->token == shown;
}

}  // namespace boxkited::http
