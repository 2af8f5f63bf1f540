#pragma once

#include <string>
#include <vector>

#include "exposition/name_filter.h"
#include "exposition/negotiation.h"

namespace prometheus {
struct MetricFamily;
}

namespace boxkited {

// The daemon's own families, as prometheus-cpp's registry collects them. Families without a
// metric, and timestamps, are left out.
//
// Threads: any.
void append_families(std::string& out, const std::vector<prometheus::MetricFamily>& families,
                     TextFormat format, const NameFilter& filter);

}  // namespace boxkited
