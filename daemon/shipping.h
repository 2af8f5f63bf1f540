#pragma once

#include <string>

#include "daemon/options.h"
#include "shipping/shipper.h"

namespace boxkited {

// Without a log there is nothing to ship.
bool is_shipping(const DaemonOptions& options);

// Why files could not be shipped with these options, as far as can be said without asking anybody:
// "prediction_log.ship.credentials: AWS_ACCESS_KEY_ID is not set". Empty when nothing is shipped.
std::string shipping_fault(const DaemonOptions& options, const Environment& environment);

}  // namespace boxkited
