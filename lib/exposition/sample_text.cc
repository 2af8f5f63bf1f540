#include "exposition/sample_text.h"

#include <charconv>
#include <cmath>

#include "baseline/prometheus_escapes.h"

namespace boxkited {

void append_sample_value(std::string& out, double value) {
    if (std::isnan(value)) {
        out += "NaN";
    } else if (std::isinf(value)) {
        out += value < 0 ? "-Inf" : "+Inf";
    } else {
        char digits[32];
        out.append(digits, std::to_chars(digits, digits + sizeof digits, value).ptr);
    }
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
