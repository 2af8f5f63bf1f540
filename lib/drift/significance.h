#pragma once

#include "drift/comparison.h"

namespace boxkited {

// How likely a difference like this is when live data are drawn from the same source as the
// baseline: as many times the smallest of these p-values as there are, at most 1. It holds for
// samples of any size and bins of any sparsity.
//
// p1 asks whether the bulk moved: a two-sample chi-squared test over groups of bins that each
// expect at least 10 live values, which is L b/B. Continuous bins are grouped in their order,
// discrete ones by falling baseline count; what is left below 10 joins the last group; 1 when
// that leaves one group.
//
// p2 asks whether something rare became frequent: the smallest p of Fisher's one-sided exact
// tests of the bins that expect fewer than 10, times the number of these bins; 1 when there are
// none. Fractions of baseline values are rounded for it.
//
// p3, of continuous variables, asks whether values moved up or down: the two-sided rank-sum test of
// Wilcoxon, Mann and Whitney, in its normal limit, with the values of a bucket as ties. A shift
// that is spread over many buckets shows here first.
//
// Grouped by the counts of the baseline, categories that it happened to draw too seldom stand
// together, and live data seem to have more of them. So of discrete variables the same is asked
// once more by the counts of both sides: bins in order of b + l, which expect both L (b + l)/(B +
// L) live and B (b + l)/(B + L) baseline values, at least 10 each. The larger answer counts.
//
// 1 when totals are not comparable.
//
// Threads: any.
double sampling_p_value(const BinCounts& counts);
// `comparison` is of the same counts.
double sampling_p_value(const BinCounts& counts, const Comparison& comparison);

}  // namespace boxkited
