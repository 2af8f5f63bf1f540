#include "unit/http/certificates.h"

#include <cstdlib>
#include <stdexcept>

namespace boxkited::http {

TlsFiles Certificates::make(const std::string& name, const std::string& options) const {
    const TlsFiles files{path(name + ".pem"), path(name + ".key"), ""};
    openssl("req -x509 -subj /CN=" + name + " " + options + " -keyout " + files.key + " -out " +
            files.certificate);
    return files;
}

void Certificates::openssl(const std::string& arguments) {
    const std::string command = "openssl " + arguments + " 2>/dev/null >/dev/null </dev/null";
    if (std::system(command.c_str()) != 0) throw std::runtime_error(command);
}

std::shared_ptr<const TlsContext> any_tls() {
    static const auto context = [] {
        const Certificates certificates;
        return TlsContext::load(certificates.make("any")).value();
    }();
    return context;
}

}  // namespace boxkited::http
