#include "baseline/numpy_bins.h"

#include <algorithm>
#include <cassert>
#include <cmath>

namespace boxkited {

// Every expression here is numpy's or Boxkite's, operation by operation, since each one rounds.
// This file is compiled without fused multiply-add for the same reason.

namespace {

// numpy's interpolation: from the end that is nearer.
double between(double low, double high, double share) {
    const double difference = high - low;
    return share >= 0.5 ? high - difference * (1 - share) : low + difference * share;
}

struct Quartiles {
    double q25;
    double q75;
    double range() const { return q75 - q25; }
};

Quartiles quartiles(std::span<const double> sorted) {
    return {numpy_percentile(sorted, 0.25), numpy_percentile(sorted, 0.75)};
}

// The smaller width of Freedman-Diaconis and Sturges; Sturges where the quartiles are equal.
double auto_width(std::span<const double> sorted, const Quartiles& quarters) {
    const auto size = static_cast<double>(sorted.size());
    const double sturges = (sorted.back() - sorted.front()) / (std::log2(size) + 1.0);
    const double freedman_diaconis = 2.0 * quarters.range() * std::pow(size, -1.0 / 3.0);
    return freedman_diaconis == 0 ? sturges : std::min(freedman_diaconis, sturges);
}

// More than `max_bins` edges: values far out would make the bins of all others too wide.
std::vector<double> clamped_edges(std::span<const double> sorted, const Quartiles& quarters,
                                  std::size_t max_bins) {
    const auto bins = static_cast<double>(max_bins);
    const double width = 2 * quarters.range() / bins;
    const double middle = (quarters.q75 + quarters.q25) / 2;
    const double start = std::max(middle - quarters.range(), sorted.front());
    const double stop = std::min(start + bins * width, sorted.back());
    std::vector<double> edges = numpy_linspace(start, stop, max_bins);
    if (start > sorted.front()) edges.insert(edges.begin(), sorted.front());
    if (stop < sorted.back()) edges.push_back(sorted.back());
    return edges;
}

std::vector<double> edges_of(std::span<const double> sorted, std::size_t max_bins) {
    const Quartiles quarters = quartiles(sorted);
    const double width = auto_width(sorted, quarters);
    const bool constant = sorted.front() == sorted.back();
    const double first = constant ? sorted.front() - 0.5 : sorted.front();
    const double last = constant ? sorted.back() + 0.5 : sorted.back();
    // May be any number up to infinity, so it stays a double until it is known to be small.
    const double bins = width == 0 ? 1.0 : std::ceil((last - first) / width);
    if (bins + 1 <= static_cast<double>(max_bins))
        return numpy_linspace(first, last, static_cast<std::size_t>(bins) + 1);
    return clamped_edges(sorted, quarters, max_bins);
}

bool all_finite(const std::vector<double>& values) {
    return std::all_of(values.begin(), values.end(),
                       [](double value) { return std::isfinite(value); });
}

// Dividing by a power of two changes no digit, and leaves room for four doublings.
std::vector<double> edges_of_scaled(std::span<const double> sorted, std::size_t max_bins) {
    constexpr double kScale = 16;
    std::vector<double> scaled(sorted.begin(), sorted.end());
    for (double& value : scaled) value /= kScale;
    std::vector<double> edges = edges_of(scaled, max_bins);
    for (double& edge : edges) edge *= kScale;
    // The least of all doubles do lose their digits.
    edges.front() = sorted.front();
    edges.back() = sorted.back();
    return edges;
}

std::vector<double> strictly_increasing(const std::vector<double>& edges) {
    std::vector<double> bounds;
    for (const double edge : edges)
        if (edge < edges.back() && (bounds.empty() || edge > bounds.back())) bounds.push_back(edge);
    bounds.push_back(edges.back());
    return bounds;
}

}  // namespace

double numpy_percentile(std::span<const double> sorted, double share) {
    assert(!sorted.empty());
    const double place = static_cast<double>(sorted.size() - 1) * share;
    const double below = std::floor(place);
    const auto index = static_cast<std::size_t>(below);
    if (index + 1 >= sorted.size()) return sorted.back();
    return between(sorted[index], sorted[index + 1], place - below);
}

std::vector<double> numpy_linspace(double start, double stop, std::size_t count) {
    assert(count > 1);
    const double range = stop - start;
    const double steps = static_cast<double>(count) - 1;
    const double step = range / steps;
    std::vector<double> values;
    values.reserve(count);
    for (std::size_t i = 0; i < count; ++i) {
        const auto place = static_cast<double>(i);
        // A step of 0 is one too small for a double.
        values.push_back((step == 0 ? place / steps * range : place * step) + start);
    }
    values.back() = stop;
    return values;
}

std::vector<double> numpy_bounds(std::span<const double> sorted, std::size_t max_bins) {
    assert(!sorted.empty() && max_bins > 1);
    std::vector<double> edges;
    if (std::isfinite(sorted.back() - sorted.front())) edges = edges_of(sorted, max_bins);
    if (edges.empty() || !all_finite(edges)) edges = edges_of_scaled(sorted, max_bins);
    return strictly_increasing(edges);
}

}  // namespace boxkited
