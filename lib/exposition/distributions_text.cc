#include "exposition/distributions_text.h"

#include <cassert>
#include <utility>

#include "baseline/baseline_text.h"
#include "exposition/sample_text.h"

namespace boxkited {

namespace {

constexpr std::string_view kInfo = "baseline_metrics_info";

std::string_view type_of(const BaselineVariable& variable) {
    return variable.is_numeric() ? "histogram" : "counter";
}

// `feature_0_value_total{bin="a"} `
std::string prefix(std::string name, std::string_view label, std::string_view value) {
    name += '{';
    append_label(name, label, value);
    return name += "} ";
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
    : layout_(std::move(layout)) {
    for (const BaselineVariable& variable : layout_->baseline().variables) add_variable(variable);
    lines_.begin_group(kInfo, LineTemplate::kAllFormats);
    lines_.add_text(info_text(layout_->baseline()));
    lines_.shrink_to_fit();
}

void DistributionsText::add_variable(const BaselineVariable& variable) {
    const std::string baseline_name = variable.metric_name + "_baseline";
    std::string samples;
    append_baseline_samples(samples, variable);
    add_heads(baseline_name, variable, variable.help);
    lines_.begin_group(baseline_name, LineTemplate::kAllFormats);
    lines_.add_text(samples);

    add_heads(variable.metric_name, variable, variable.live_help());
    add_live_lines(variable);
}

void DistributionsText::add_heads(const std::string& family, const BaselineVariable& variable,
                                  std::string_view help) {
    const std::string name = variable.is_numeric() ? family : family + "_total";
    const auto head = [&](TextFormat format) {
        std::string text;
        append_head(text, name, type_of(variable), help, format);
        return text;
    };
    const std::string plain = head(TextFormat::kPrometheus004);
    const std::string open_metrics = head(TextFormat::kOpenMetrics100);
    if (plain == open_metrics) {
        lines_.begin_group(family, LineTemplate::kAllFormats);
        lines_.add_text(plain);
    } else {
        lines_.begin_group(family, LineTemplate::only(TextFormat::kPrometheus004));
        lines_.add_text(plain);
        lines_.begin_group(family, LineTemplate::only(TextFormat::kOpenMetrics100));
        lines_.add_text(open_metrics);
    }
}

void DistributionsText::add_live_lines(const BaselineVariable& variable) {
    const std::string& name = variable.metric_name;
    lines_.begin_group(name, LineTemplate::kAllFormats);
    if (!variable.is_numeric()) {
        for (const auto& bin : variable.category().bins)
            lines_.add_line(prefix(name + "_total", "bin", bin.name));
        lines_.add_room_for_lines();  // For bins that the baseline never had.
        return;
    }
    for (const auto& bucket : variable.numeric().buckets)
        lines_.add_line(prefix(name + "_bucket", "le", bucket.le));
    // OpenMetrics has no count where there is no sum.
    const bool has_sum = !variable.numeric().begins_negative();
    if (!has_sum) lines_.begin_group(name, LineTemplate::only(TextFormat::kPrometheus004));
    lines_.add_line(name + "_count ");
    if (has_sum) lines_.add_line(name + "_sum ");
}

void DistributionsText::append(std::string& out, const LiveSnapshot& snapshot, TextFormat format,
                               const NameFilter& filter) const {
    const LineValues values = values_of(snapshot);
    lines_.append(out, values, lines_.choose(format, filter));
}

void DistributionsText::append(DeflatedText& out, const LiveSnapshot& snapshot, TextFormat format,
                               const NameFilter& filter) const {
    packed_->append(out, values_of(snapshot), lines_.choose(format, filter));
}

void DistributionsText::pack(const std::stop_token& stop) {
    if (auto packed = PackedTemplate::make(lines_, kTypicalValue, stop))
        packed_.emplace(*std::move(packed));
}

LineValues DistributionsText::values_of(const LiveSnapshot& snapshot) const {
    assert(snapshot.layout == layout_);
    LineValues values;
    values.reserve(lines_.values());
    for (std::size_t i = 0; i < layout_->variables().size(); ++i) {
        if (layout_->baseline().variables[i].is_numeric()) {
            add_numeric(values, i, snapshot);
        } else {
            add_category(values, i, snapshot);
        }
    }
    return values;
}

// Of its buckets or bins that the baseline has too.
std::span<const std::uint64_t> DistributionsText::counts_of(std::size_t position,
                                                            const LiveSnapshot& snapshot) const {
    const Layout::Variable& place = layout_->variables()[position];
    return std::span(snapshot.counts).subspan(place.first_slot, place.slots);
}

void DistributionsText::add_numeric(LineValues& values, std::size_t position,
                                    const LiveSnapshot& snapshot) const {
    const std::uint64_t count =
        values.add(counts_of(position, snapshot), LineValues::Counts::kCumulative);
    values.add(count);
    if (!layout_->baseline().variables[position].numeric().begins_negative())
        values.add(snapshot.sums[position]);
}

void DistributionsText::add_category(LineValues& values, std::size_t position,
                                     const LiveSnapshot& snapshot) const {
    values.add(counts_of(position, snapshot), LineValues::Counts::kEach);
    std::string lines;
    const auto& name = layout_->baseline().variables[position].metric_name;
    for (const NewBin& bin : new_bins_of(snapshot.new_bins, position))
        append_count_line(lines, prefix(name + "_total", "bin", bin.name),
                          snapshot.counts[bin.slot]);
    values.add_lines(lines);
}

}  // namespace boxkited
