#pragma once

#include <prometheus/metric_family.h>

#include <vector>

namespace boxkited {

// The standard process_* families, as the kernel tells them at this moment; a family that cannot
// be read is left out.
//
// Threads: any.
void append_process_families(std::vector<prometheus::MetricFamily>& out);

}  // namespace boxkited
