#include "daemon/shipping.h"

#include "base/regular_file.h"
#include "shipping/digest.h"

namespace boxkited {

bool is_shipping(const DaemonOptions& options) {
    return options.ship.enabled() && options.prediction_log.enabled;
}

std::string shipping_fault(const DaemonOptions& options, const Environment& environment) {
    constexpr std::size_t kLargestAuthorities = 16 << 20;
    const ShipOptions& ship = options.ship;
    if (!is_shipping(options)) return {};
    if (!ship.ca_file.empty()) {
        const auto authorities = read_regular_file(ship.ca_file, kLargestAuthorities);
        if (!authorities)
            return "prediction_log.ship.ca_file: " + ship.ca_file.native() + ": " +
                   to_string(authorities.error());
    }
    if (!Digest::are_available())
        return "prediction_log.ship: this machine's OpenSSL refuses MD5 or SHA-256, by which "
               "objects are verified";
    const SystemClock clock;
    const auto fault = CredentialsSource(ship, environment.variables, clock).fault();
    if (fault.empty()) return {};
    return "prediction_log.ship.credentials: " + fault;
}

}  // namespace boxkited
