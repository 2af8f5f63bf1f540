#pragma once

#include <string>
#include <string_view>

namespace boxkited {

// The texts and numbers of the Prometheus formats, both ways.
//
// Threads: any.

// Label values: `\\`, `\"`, `\n`. A NUL, at which Prometheus' own parser ends the scrape, is
// written as the text \u0000.
void append_escaped_label(std::string& out, std::string_view value);

// Help of text 0.0.4 has `\\` and `\n`; that of OpenMetrics `\"` as well.
void append_escaped_help(std::string& out, std::string_view help);
void append_escaped_openmetrics_help(std::string& out, std::string_view help);

// Takes `\\`, `\"` and `\n`, in labels and help alike; any other backslash stands for itself.
std::string unescaped(std::string_view text);

// A number as Boxkite's `export_text` writes it: Python's repr(), `+Inf`, `-Inf`, `NaN`, and an
// exponent from 1e6 on ("1.234567e+06").
void append_boxkite_number(std::string& out, double value);

}  // namespace boxkited
