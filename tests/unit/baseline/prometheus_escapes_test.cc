#include "baseline/prometheus_escapes.h"

#include <catch2/catch.hpp>
#include <limits>

using namespace boxkited;

namespace {

std::string boxkite_number(double value) {
    std::string text;
    append_boxkite_number(text, value);
    return text;
}

}  // namespace

TEST_CASE("labels and help are escaped as each format wants", "[baseline]") {
    const std::string text("\\ \" \n \0 \xC3\xA9", 10);
    std::string label, help, openmetrics_help;

    append_escaped_label(label, text);
    append_escaped_help(help, text);
    append_escaped_openmetrics_help(openmetrics_help, text);

    CHECK(label == "\\\\ \\\" \\n \\\\u0000 \xC3\xA9");
    CHECK(help == "\\\\ \" \\n \\\\u0000 \xC3\xA9");
    CHECK(openmetrics_help == label);
}

TEST_CASE("an escape that the format does not know stands for itself", "[baseline]") {
    CHECK(unescaped("\\\\n\\n\\\"\\q\\") == "\\n\n\"\\q\\");
    CHECK(unescaped("plain") == "plain");
    CHECK(unescaped("") == "");
}

TEST_CASE("numbers are spelled as export_text spells them", "[baseline]") {
    CHECK(boxkite_number(112) == "112.0");
    CHECK(boxkite_number(135.3) == "135.3");
    CHECK(boxkite_number(0) == "0.0");
    CHECK(boxkite_number(999999.5) == "999999.5");
    CHECK(boxkite_number(1e6) == "1e+06");
    CHECK(boxkite_number(1234567.25) == "1.23456725e+06");
    CHECK(boxkite_number(62315147147640.85) == "6.231514714764085e+013");
    CHECK(boxkite_number(-62315147147640.85) == "-62315147147640.85");
    CHECK(boxkite_number(2.4899897019642523e+21) == "2.4899897019642523e+21");
    CHECK(boxkite_number(1e-7) == "1e-07");
    CHECK(boxkite_number(std::numeric_limits<double>::infinity()) == "+Inf");
    CHECK(boxkite_number(-std::numeric_limits<double>::infinity()) == "-Inf");
    CHECK(boxkite_number(std::numeric_limits<double>::quiet_NaN()) == "NaN");
}
