#pragma once

#include <string>
#include <vector>

#include "base/result.h"
#include "daemon/options.h"
#include "http/entrance.h"

namespace boxkited {

// Reads the certificates and tokens that the listeners name, by listener. The error is one line
// that names option, file or variable, and reason: "listeners[0].tls.key: /tls/key.pem: ...". It
// never holds any of a token.
Result<std::vector<http::Access>, std::string> load_access(
    const std::vector<http::ListenerOptions>& listeners, const Environment& environment);

// Listeners that let in more than they might be meant to: "listeners[0]: 0.0.0.0:9810 ...".
std::vector<std::string> warn_of_access(const std::vector<http::ListenerOptions>& listeners);

}  // namespace boxkited
