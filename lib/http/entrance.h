#pragma once

#include <memory>
#include <optional>

#include "base/guarded.h"
#include "http/bearer_token.h"
#include "http/request_gate.h"
#include "http/tls_context.h"

namespace boxkited::http {

class Router;

// Who may use a listener, and how it is kept from others: what the files and variables hold that
// its options name.
struct Access {
    std::shared_ptr<const TlsContext> tls;  // Null: HTTP as it is.
    std::optional<BearerToken> token;       // None: whoever reaches the listener may use it.
};

// The access of a listener that serves. Whether there is TLS, and a token, never changes; which
// ones they are may.
//
// Threads: any thread may call any member.
class Entrance {
public:
    // `router` knows which paths are for all, and outlives it.
    Entrance(Access access, const Router& router);

    bool has_tls() const { return has_tls_; }
    bool has_token() const { return has_token_; }

    // Holds for connections and requests that begin from now on.
    void replace(Access access);

    std::shared_ptr<const TlsContext> tls() const { return access_.lock()->tls; }
    // Whether a request may come in by its token, or to its path without one.
    bool lets_in(const Header& header) const;

private:
    const bool has_tls_;
    const bool has_token_;
    const Router& router_;
    Guarded<Access> access_;
};

}  // namespace boxkited::http
