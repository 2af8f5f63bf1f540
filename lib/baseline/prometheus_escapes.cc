#include "baseline/prometheus_escapes.h"

#include <cmath>

#include "base/number_text.h"

namespace boxkited {

namespace {

void append_escaped(std::string& out, std::string_view text, std::string_view special) {
    for (;;) {
        const auto at = text.find_first_of(special);
        out += text.substr(0, at);
        if (at == text.npos) return;
        switch (text[at]) {
            case '\n':
                out += "\\n";
                break;
            case '\0':
                out += "\\\\u0000";
                break;
            default:
                (out += '\\') += text[at];
        }
        text.remove_prefix(at + 1);
    }
}

}  // namespace

void append_escaped_label(std::string& out, std::string_view value) {
    append_escaped(out, value, std::string_view("\\\"\n\0", 4));
}

void append_escaped_help(std::string& out, std::string_view help) {
    append_escaped(out, help, std::string_view("\\\n\0", 3));
}

void append_escaped_openmetrics_help(std::string& out, std::string_view help) {
    append_escaped(out, help, std::string_view("\\\"\n\0", 4));
}

std::string unescaped(std::string_view text) {
    std::string out;
    out.reserve(text.size());
    for (;;) {
        const auto at = text.find('\\');
        out += text.substr(0, at);
        if (at == text.npos) return out;
        const char next = at + 1 < text.size() ? text[at + 1] : '\0';
        const bool escape = next == '\\' || next == '"' || next == 'n';
        out += !escape ? '\\' : next == 'n' ? '\n' : next;
        text.remove_prefix(at + (escape ? 2 : 1));
    }
}

void append_boxkite_number(std::string& out, double value) {
    if (std::isnan(value)) {
        out += "NaN";
    } else if (std::isinf(value)) {
        out += value < 0 ? "-Inf" : "+Inf";
    } else if (!(value >= 1e6 && value < 1e16)) {
        append_python_float(out, value);
    } else {
        // Python's client writes 1234567.5 as 1.2345675e+06, and 1e12 as 1e+012: its exponent is
        // a zero and then the digits.
        std::string digits = python_float(value);
        const auto point = digits.find('.');
        digits.erase(point, 1);
        digits.insert(1, 1, '.');
        digits.erase(digits.find_last_not_of("0.") + 1);
        out += digits;
        out += "e+0";
        append_integer(out, point - 1);
    }
}

}  // namespace boxkited
