#include "exposition/sample_text.h"

#include <algorithm>
#include <charconv>
#include <cmath>

#include "baseline/prometheus_escapes.h"

namespace boxkited {

char* sample_value_to(char* begin, double value) {
    if (std::isfinite(value)) return std::to_chars(begin, begin + kSampleValueBytes, value).ptr;
    constexpr std::string_view kNames[] = {"NaN", "-Inf", "+Inf"};
    const std::string_view name = kNames[std::isnan(value) ? 0 : value < 0 ? 1 : 2];
    return std::copy(name.begin(), name.end(), begin);
}

void append_sample_value(std::string& out, double value) {
    char text[kSampleValueBytes];
    out.append(text, sample_value_to(text, value));
}

void append_label(std::string& out, std::string_view name, std::string_view value) {
    (out += name) += "=\"";
    append_escaped_label(out, value);
    out += '"';
}

void append_count_line(std::string& out, std::string_view prefix, std::uint64_t count) {
    out += prefix;
    char digits[21];
    char* const end = std::to_chars(digits, digits + 20, count).ptr;
    *end = '\n';
    out.append(digits, end + 1);
}

void append_value_line(std::string& out, std::string_view prefix, double value) {
    out += prefix;
    append_sample_value(out, value);
    out += '\n';
}

void append_head(std::string& out, std::string_view name, std::string_view type,
                 std::string_view help, TextFormat format) {
    constexpr std::string_view kTotal = "_total";
    const bool openmetrics = format == TextFormat::kOpenMetrics100;
    if (openmetrics && type == "counter" && name.ends_with(kTotal))
        name.remove_suffix(kTotal.size());
    if (openmetrics && type == "untyped") type = "unknown";
    if (!help.empty()) {
        ((out += "# HELP ") += name) += ' ';
        openmetrics ? append_escaped_openmetrics_help(out, help) : append_escaped_help(out, help);
        out += '\n';
    }
    ((((out += "# TYPE ") += name) += ' ') += type) += '\n';
}

}  // namespace boxkited
