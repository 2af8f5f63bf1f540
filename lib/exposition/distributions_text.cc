#include "exposition/distributions_text.h"

#include <algorithm>
#include <cassert>
#include <charconv>
#include <utility>

#include "baseline/baseline_text.h"
#include "exposition/sample_text.h"

namespace boxkited {

namespace {

constexpr std::string_view kInfo = "baseline_metrics_info";
constexpr std::size_t kLongestCount = 21;  // Of a number of 64 bits and the line end.

std::string_view type_of(const BaselineVariable& variable) {
    return variable.is_numeric() ? "histogram" : "counter";
}

std::array<std::string, 2> heads(std::string name, const BaselineVariable& variable,
                                 std::string_view help) {
    if (!variable.is_numeric()) name += "_total";
    std::array<std::string, 2> heads;
    for (const TextFormat format : {TextFormat::kPrometheus004, TextFormat::kOpenMetrics100})
        append_head(heads[static_cast<std::size_t>(format)], name, type_of(variable), help, format);
    return heads;
}

// `feature_0_value_total{bin="a"} `
void append_prefix(std::string& out, std::string_view sample, std::string_view label,
                   std::string_view value) {
    (out += sample) += '{';
    append_label(out, label, value);
    out += "} ";
}

std::string info_text(const Baseline& baseline) {
    std::string text;
    append_head(text, kInfo, "gauge", "Metadata about the baseline training metrics",
                TextFormat::kPrometheus004);  // The formats agree about it.
    for (const BaselineVariable& variable : baseline.variables) {
        (text += kInfo) += '{';
        append_label(text, "feature_name", variable.feature_name);
        text += ',';
        append_label(text, "metric_name", variable.metric_name + "_baseline");
        text += ',';
        append_label(text, "metric_type", type_of(variable));
        text += "} 1\n";
    }
    return text;
}

}  // namespace

DistributionsText::DistributionsText(std::shared_ptr<const Layout> layout)
    : layout_(std::move(layout)), info_(info_text(layout_->baseline())) {
    for (const BaselineVariable& variable : layout_->baseline().variables) {
        const Variable& made = variables_.emplace_back(render(variable));
        expected_size_ += made.baseline_head[0].size() + made.baseline_samples.size() +
                          made.live_head[0].size() + made.prefixes.size() +
                          (made.prefix_ends.size() + 2) * kLongestCount;
    }
    expected_size_ += info_.size();
}

DistributionsText::Variable DistributionsText::render(const BaselineVariable& variable) {
    Variable made;
    made.live_name = variable.metric_name;
    made.baseline_name = variable.metric_name + "_baseline";
    made.baseline_head = heads(made.baseline_name, variable, variable.help);
    made.live_head = heads(made.live_name, variable, variable.live_help());
    append_baseline_samples(made.baseline_samples, variable);
    const auto add = [&](std::string_view suffix, std::string_view label, std::string_view value) {
        append_prefix(made.prefixes, made.live_name + std::string(suffix), label, value);
        made.prefix_ends.push_back(static_cast<std::uint32_t>(made.prefixes.size()));
    };
    if (variable.is_numeric()) {
        for (const auto& bucket : variable.numeric().buckets) add("_bucket", "le", bucket.le);
    } else {
        for (const auto& bin : variable.category().bins) add("_total", "bin", bin.name);
    }
    return made;
}

void DistributionsText::append(std::string& out, const LiveSnapshot& snapshot, TextFormat format,
                               const NameFilter& filter) const {
    assert(snapshot.layout == layout_);
    if (filter.takes_all()) out.reserve(out.size() + expected_size_);
    for (std::size_t i = 0; i < variables_.size(); ++i) {
        const Variable& variable = variables_[i];
        if (filter.takes(variable.baseline_name)) {
            out += variable.baseline_head[static_cast<std::size_t>(format)];
            out += variable.baseline_samples;
        }
        if (filter.takes(variable.live_name)) append_live(out, i, snapshot, format);
    }
    if (filter.takes(kInfo)) out += info_;
}

void DistributionsText::append_live(std::string& out, std::size_t position,
                                    const LiveSnapshot& snapshot, TextFormat format) const {
    out += variables_[position].live_head[static_cast<std::size_t>(format)];
    if (layout_->baseline().variables[position].is_numeric())
        append_numeric(out, position, snapshot, format);
    else
        append_category(out, position, snapshot);
}

void DistributionsText::append_numeric(std::string& out, std::size_t position,
                                       const LiveSnapshot& snapshot, TextFormat format) const {
    const Variable& variable = variables_[position];
    const std::uint64_t* counts = &snapshot.counts[layout_->variables()[position].first_slot];
    const auto count = append_counts(out, variable, counts, Counts::kCumulative);
    const bool has_sum = !layout_->baseline().variables[position].numeric().begins_negative();
    if (has_sum || format == TextFormat::kPrometheus004)
        append_count_line(out, variable.live_name + "_count ", count);
    if (has_sum) append_value_line(out, variable.live_name + "_sum ", snapshot.sums[position]);
}

void DistributionsText::append_category(std::string& out, std::size_t position,
                                        const LiveSnapshot& snapshot) const {
    const Variable& variable = variables_[position];
    const std::size_t first_slot = layout_->variables()[position].first_slot;
    append_counts(out, variable, snapshot.counts.data() + first_slot, Counts::kEach);
    for (const NewBin& bin : new_bins_of(snapshot.new_bins, position)) {
        append_prefix(out, variable.live_name + "_total", "bin", bin.name);
        append_count_line(out, {}, snapshot.counts[bin.slot]);
    }
}

std::uint64_t DistributionsText::append_counts(std::string& out, const Variable& variable,
                                               const std::uint64_t* counts, Counts kind) {
    // Room for all lines at once: an append for each of the tens of thousands of lines of a scrape
    // is what it would spend its time on.
    const std::size_t size = out.size();
    out.resize(size + variable.prefixes.size() + variable.prefix_ends.size() * kLongestCount);
    char* at = out.data() + size;
    const char* prefix = variable.prefixes.data();
    std::uint64_t sum = 0;
    for (const std::size_t end : variable.prefix_ends) {
        const char* const prefix_end = variable.prefixes.data() + end;
        at = std::copy(prefix, prefix_end, at);
        prefix = prefix_end;
        sum += *counts;
        const std::uint64_t count = kind == Counts::kCumulative ? sum : *counts;
        at = std::to_chars(at, at + kLongestCount, count).ptr;
        *at++ = '\n';
        ++counts;
    }
    out.resize(static_cast<std::size_t>(at - out.data()));
    return sum;
}

}  // namespace boxkited
