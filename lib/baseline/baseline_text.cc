#include "baseline/baseline_text.h"

#include "baseline/prometheus_escapes.h"

namespace boxkited {

namespace {

void append_sample(std::string& out, std::string_view name, double value) {
    (out += name) += ' ';
    append_boxkite_number(out, value);
    out += '\n';
}

void append_labelled_sample(std::string& out, std::string_view name, std::string_view label,
                            std::string_view label_value, double value) {
    ((out += name) += '{') += label;
    out += "=\"";
    append_escaped_label(out, label_value);
    append_sample(out, "\"}", value);
}

void append_numeric(std::string& out, const std::string& name, const NumericBaseline& numeric) {
    const std::string bucket_name = name + "_bucket";
    for (const auto& bucket : numeric.buckets)
        append_labelled_sample(out, bucket_name, "le", bucket.le, bucket.count);
    if (numeric.count) append_sample(out, name + "_count", *numeric.count);
    if (numeric.sum) append_sample(out, name + "_sum", *numeric.sum);
}

void append_category(std::string& out, const std::string& name, const CategoryBaseline& category) {
    const std::string total_name = name + "_total";
    for (const auto& bin : category.bins)
        append_labelled_sample(out, total_name, "bin", bin.name, bin.count);
}

void append_family(std::string& out, const BaselineVariable& variable) {
    std::string name = variable.metric_name + "_baseline";
    if (!variable.is_numeric()) name += "_total";
    if (!variable.help.empty()) {
        ((out += "# HELP ") += name) += ' ';
        append_escaped_help(out, variable.help);
        out += '\n';
    }
    (out += "# TYPE ") += name;
    out += variable.is_numeric() ? " histogram\n" : " counter\n";
    append_baseline_samples(out, variable);
}

}  // namespace

void append_baseline_samples(std::string& out, const BaselineVariable& variable) {
    const std::string name = variable.metric_name + "_baseline";
    if (variable.is_numeric())
        append_numeric(out, name, variable.numeric());
    else
        append_category(out, name, variable.category());
}

std::string to_prometheus_text(const Baseline& baseline) {
    std::string text;
    for (const BaselineVariable& variable : baseline.variables) append_family(text, variable);
    return text;
}

}  // namespace boxkited
