#pragma once

#include <string>

#include "baseline/baseline.h"

namespace boxkited {

// The sample lines of one baseline family, in either format of Prometheus: they do not differ.
//
// Threads: any.
void append_baseline_samples(std::string& out, const BaselineVariable& variable);

}  // namespace boxkited
