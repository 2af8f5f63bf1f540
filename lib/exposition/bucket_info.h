#pragma once

#include <string>
#include <string_view>

#include "baseline/baseline.h"

namespace boxkited {

inline constexpr std::string_view kBucketInfoName = "boxkite_bucket_info";

// The samples of the family of that name: of each bucket of each continuous variable which bucket
// is below it (`previous_le` is empty for the first one), so that PromQL can take its counts from
// those of the bucket. Empty when no variable is continuous.
//
// The family has no type: linters refuse `le` in one that has, and is no histogram.
//
// Prometheus 3 spells the `le` of a histogram its own way as it takes it in, but not the labels of
// a gauge. Where that way is another one, the bucket is here in both.
//
// Threads: any.
std::string bucket_info_text(const Baseline& baseline);

// `bound` as Prometheus 3 spells it: "1.0", "1e+06", "+Inf".
std::string prometheus_bound(double bound);

}  // namespace boxkited
