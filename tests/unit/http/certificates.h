#pragma once

#include <string>

#include "http/tls_context.h"
#include "support/temporary_directory.h"

namespace boxkited::http {

// Certificates that sign themselves, made by openssl, which end with this object.
class Certificates {
public:
    // Files of a new one: "name.pem" and "name.key".
    TlsFiles make(const std::string& name, const std::string& options = kCurve) const;
    std::string path(const std::string& file) const { return directory_ / file; }
    // Runs openssl, which must succeed.
    static void openssl(const std::string& arguments);

private:
    static constexpr const char* kCurve = "-newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes";
    TemporaryDirectory directory_;
};

// A server's context with a certificate that is the same for all who ask.
std::shared_ptr<const TlsContext> any_tls();

}  // namespace boxkited::http
