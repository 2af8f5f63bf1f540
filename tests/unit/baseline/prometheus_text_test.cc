#include "baseline/prometheus_text.h"

#include <catch2/catch.hpp>
#include <cmath>

using namespace boxkited;

namespace {

// The parts of a line with bars between, or the reason why it has none.
std::string parts(std::string_view text) {
    TextLine line;
    const auto cut = cut_line(text, line);
    if (!cut) return cut.error();
    constexpr std::string_view kKinds[] = {"other", "help", "type", "sample"};
    std::string out(kKinds[static_cast<std::size_t>(line.kind)]);
    for (const auto& part : {line.name, line.text})
        if (!part.empty()) (out += '|') += part;
    for (const auto& label : line.labels) (((out += '|') += label.name) += '=') += label.value;
    return out;
}

}  // namespace

TEST_CASE("a line is cut into its parts", "[baseline]") {
    const auto [text, expected] = GENERATE(table<std::string, std::string>({
        {"", "other"},
        {" \t\r", "other"},
        {"# EOF", "other"},
        {"#TYPE up gauge", "other"},
        {"# just a comment {", "other"},
        {"# HELP up", "help|up"},
        {"# HELP up  Is it\\n\tup? \r", "help|up|Is it\\n\tup? "},
        {"# HELP up a\t", "help|up|a\t"},
        {"# TYPE up gauge", "type|up|gauge"},
        {"# TYPE up gauge \t\r", "type|up|gauge"},
        {"up 1 \t\r", "sample|up|1"},
        {"up 1", "sample|up|1"},
        {"up{} 1", "sample|up|1"},
        {"a:b_9{c=\"d\"}2", "sample|a:b_9|2|c=d"},
        {"up{a=\"}\\\"\",b=\"#\",} 1 -5", "sample|up|1|a=}\\\"|b=#"},
        {"up 1 # {id=\"a\"} 5", "sample|up|1"},
        {"up 1 1.5 # {id=\"a\"} 5 7", "sample|up|1"},
    }));
    CAPTURE(text);

    CHECK(parts(text) == expected);
}

TEST_CASE("a line that cannot be cut says why", "[baseline]") {
    const auto [text, reason] = GENERATE(table<std::string, std::string>({
        {"1up 1", "a metric name is expected"},
        {"{\"up\"} 1", "a metric name is expected"},
        {"# HELP", "a metric name is expected behind HELP"},
        {"# TYPE 5 gauge", "a metric name is expected behind TYPE"},
        {"# TYPE up-and-down gauge", "a metric name is expected behind TYPE"},
        {"up", "\"up\" has no value"},
        {"up{a=\"b\"}", "\"up\" has no value"},
        {"up-1", "unexpected character behind the name \"up\""},
        {"up{", "a label name is expected in the labels of \"up\""},
        {"up{,} 1", "a label name is expected in the labels of \"up\""},
        {"up{a} 1", "= is expected behind the label name \"a\""},
        {"up{a=b} 1", "the value of label \"a\" must stand in quotes"},
        {"up{a=\"b} 1", "the value of label \"a\" does not end"},
        {"up{a=\"b\\\"} 1", "the value of label \"a\" does not end"},
        {"up{a=\"b\" c=\"d\"} 1", "a comma or } is expected behind label \"a\""},
        {"up{a=\"b\",a=\"c\"} 1", "label \"a\" stands twice"},
        {"up 1 soon", "timestamp \"soon\" of \"up\" is not a number"},
        {"up 1 2 3", "unexpected text behind the timestamp of \"up\""},
    }));
    CAPTURE(text);

    CHECK(parts(text) == reason);
}

TEST_CASE("a line with very many labels is refused", "[baseline]") {
    std::string text = "up{";
    for (int i = 0; i < 100; ++i) text += "l" + std::to_string(i) + "=\"\",";

    CHECK(parts(text + "} 1") == "\"up\" has too many labels");
}

TEST_CASE("numbers are those of the format and not those of Python", "[baseline]") {
    CHECK(parse_sample_number("-1.5e+06") == -1.5e6);
    CHECK(parse_sample_number("6.231514714764085e+013") == 62315147147640.85);
    CHECK(std::isinf(parse_sample_number("+Inf").value()));
    CHECK(std::isnan(parse_sample_number("NaN").value()));
    CHECK_FALSE(parse_sample_number("1_000"));
    CHECK_FALSE(parse_sample_number(" 1"));
    CHECK_FALSE(parse_sample_number("0x10"));
    CHECK_FALSE(parse_sample_number(""));
}

TEST_CASE("a text in an error is one short line", "[baseline]") {
    CHECK(in_quotes("a\n\"b") == R"("a\n\"b")");
    CHECK(in_quotes(std::string(59, 'x') + "\xC3\xA9!") == "\"" + std::string(59, 'x') + "...\"");
}
