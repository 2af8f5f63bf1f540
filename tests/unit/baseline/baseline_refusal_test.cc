#include <catch2/catch.hpp>

#include "baseline/baseline.h"

using namespace boxkited;

namespace {

std::string refusal(std::string_view text) {
    const auto baseline = parse_baseline(text);
    return baseline ? "good" : to_string(baseline.error(), "f");
}

struct Row {
    std::string lines;
    std::string error;
};

std::string bucket(std::string_view le, std::string_view count) {
    return "feature_2_value_baseline_bucket{le=\"" + std::string(le) + "\"} " + std::string(count) +
           "\n";
}

std::string bin(std::string_view name, std::string_view count) {
    return "inference_value_baseline_total{bin=\"" + std::string(name) + "\"} " +
           std::string(count) + "\n";
}

}  // namespace

TEST_CASE("a bad histogram names its line and the family", "[baseline]") {
    const Row row = GENERATE(values<Row>({
        {"", "f:1: feature_2_value_baseline has no buckets"},
        {bucket("1", "1") + bucket("2", "1"), "f:3: feature_2_value_baseline has no +Inf bucket"},
        {bucket("+Inf", "1"), "f:2: feature_2_value_baseline has no bucket with a finite bound"},
        {bucket("2", "1") + bucket("1", "1"),
         "f:3: bounds of feature_2_value_baseline do not increase"},
        {bucket("1", "1") + bucket("+Inf", "1") + bucket("2", "1"),
         "f:4: bounds of feature_2_value_baseline do not increase"},
        {bucket("1", "1") + bucket("1.0", "1"),
         "f:3: bucket \"1.0\" of feature_2_value_baseline stands twice"},
        {bucket("1", "1") + bucket("+Inf", "1") + bucket("+Inf", "1"),
         "f:4: bucket \"+Inf\" of feature_2_value_baseline stands twice"},
        {bucket("NaN", "1"), "f:2: bound \"NaN\" of feature_2_value_baseline is not a number"},
        {bucket("1_0", "1"), "f:2: bound \"1_0\" of feature_2_value_baseline is not a number"},
        {bucket("", "1"), "f:2: bound \"\" of feature_2_value_baseline is not a number"},
        {bucket("-Inf", "1"), "f:2: bound \"-Inf\" of feature_2_value_baseline is not finite"},
        {bucket("1e309", "1"), "f:2: bound \"1e309\" of feature_2_value_baseline is not finite"},
        {bucket("1", "two"),
         "f:2: value \"two\" of feature_2_value_baseline_bucket is not a number"},
        {bucket("1", "-1"), "f:2: a count of feature_2_value_baseline_bucket is negative"},
        {bucket("1", "NaN"), "f:2: a count of feature_2_value_baseline_bucket is not finite"},
        {bucket("1", "+Inf"), "f:2: a count of feature_2_value_baseline_bucket is not finite"},
        {bucket("1", "2") + bucket("+Inf", "1"),
         "f:3: counts of feature_2_value_baseline fall at bucket \"+Inf\""},
        {"feature_2_value_baseline_bucket 1\n",
         "f:2: feature_2_value_baseline_bucket has no le label"},
        {bucket("1", "1") + "feature_2_value_baseline_count 2\n" + bucket("+Inf", "3"),
         "f:3: feature_2_value_baseline_count differs from the +Inf bucket of "
         "feature_2_value_baseline"},
        {"feature_2_value_baseline_count 2\nfeature_2_value_baseline_count 2\n",
         "f:3: feature_2_value_baseline_count stands twice"},
        {"feature_2_value_baseline_sum 2\nfeature_2_value_baseline_sum 2\n",
         "f:3: feature_2_value_baseline_sum stands twice"},
        {"feature_2_value_baseline_sum much\n",
         "f:2: value \"much\" of feature_2_value_baseline_sum is not a number"},
        {"feature_2_value_baseline_total{bin=\"a\"} 1\n",
         "f:2: feature_2_value_baseline is a histogram, feature_2_value_baseline_total is no "
         "sample of it"},
        {"# TYPE feature_2_value_baseline histogram\n",
         "f:2: feature_2_value_baseline has two TYPE lines"},
        {"# TYPE feature_2_value_baseline_total counter\n",
         "f:2: feature_2_value_baseline has two TYPE lines"},
        {"# HELP feature_2_value_baseline a\n# HELP feature_2_value_baseline a\n",
         "f:3: feature_2_value_baseline has two HELP lines"},
    }));
    CAPTURE(row.lines);

    CHECK(refusal("# TYPE feature_2_value_baseline histogram\n" + row.lines) == row.error);
}

TEST_CASE("a bad counter names its line and the family", "[baseline]") {
    const Row row = GENERATE(values<Row>({
        {bin("a", "1") + bin("b", "1") + bin("a", "1"),
         "f:4: bin \"a\" of inference_value_baseline stands twice"},
        {bin("\\q", "1") + bin("\\\\q", "1"),
         "f:3: bin \"\\\\q\" of inference_value_baseline stands twice"},
        {bin("a", "1,5"), "f:2: value \"1,5\" of inference_value_baseline_total is not a number"},
        {bin("a", "-0.5"), "f:2: a count of inference_value_baseline_total is negative"},
        {bin("a", "inf"), "f:2: a count of inference_value_baseline_total is not finite"},
        {"inference_value_baseline_total{le=\"a\"} 1\n",
         "f:2: inference_value_baseline_total has no bin label"},
        {"inference_value_baseline_bucket{le=\"1\"} 1\n",
         "f:2: inference_value_baseline is a counter, inference_value_baseline_bucket is no "
         "sample of it"},
        {"inference_value_baseline_count 1\n",
         "f:2: inference_value_baseline is a counter, inference_value_baseline_count is no "
         "sample of it"},
    }));
    CAPTURE(row.lines);

    CHECK(refusal("# TYPE inference_value_baseline_total counter\n" + row.lines) == row.error);
}

TEST_CASE("a file with other families or none is refused", "[baseline]") {
    const Row row = GENERATE(values<Row>({
        {"", "f: no family that ends in _baseline"},
        {"# EOF\n", "f: no family that ends in _baseline"},
        {"# TYPE feature_0_value counter\nfeature_0_value_total{bin=\"a\"} 1\n",
         "f: no family that ends in _baseline"},
        {"\n# TYPE inference_value_baseline summary\n",
         "f:2: type of inference_value_baseline is \"summary\", it must be histogram or counter"},
        {"# TYPE inference_value_baseline\n",
         "f:1: type of inference_value_baseline is \"\", it must be histogram or counter"},
        {"# HELP inference_value_baseline what\n",
         "f:1: inference_value_baseline has no TYPE line"},
        {"inference_value_baseline_total{bin=\"a\"} 1\n",
         "f:1: inference_value_baseline has a sample before its TYPE line"},
        {"# TYPE speed_baseline gauge\n",
         "f:1: \"speed_baseline\" is neither feature_<index>_value_baseline nor "
         "inference_value_baseline"},
        {"feature_x_value_baseline_sum 1\n",
         "f:1: \"feature_x_value_baseline\" is neither feature_<index>_value_baseline nor "
         "inference_value_baseline"},
        {"# HELP feature_01_value_baseline twice\n",
         "f:1: \"feature_01_value_baseline\" is neither feature_<index>_value_baseline nor "
         "inference_value_baseline"},
        {"# HELP feature__value_baseline none\n",
         "f:1: \"feature__value_baseline\" is neither feature_<index>_value_baseline nor "
         "inference_value_baseline"},
        {"# TYPE feature_1000001_value_baseline counter\n",
         "f:1: the feature index of \"feature_1000001_value_baseline\" is larger than 1000000"},
        {"# TYPE feature_99999999999999999999_value_baseline counter\n",
         "f:1: the feature index of \"feature_99999999999999999999_value_baseline\" is larger "
         "than 1000000"},
        {"# TYPE feature_1000000_value_baseline counter\n", "good"},
    }));
    CAPTURE(row.lines);

    CHECK(refusal(row.lines) == row.error);
}

TEST_CASE("text that is not of the format is refused with its line", "[baseline]") {
    const Row row = GENERATE(values<Row>({
        {"\n\nup{", "f:3: a label name is expected in the labels of \"up\""},
        {"# TYPE up gauge\r\nup\r\n", "f:2: \"up\" has no value"},
        {std::string("up 1\nup\0 1\n", 11), "f:2: a NUL byte; this is not text"},
        {"up 1\n\x1F\x8B\x08\n", "f:2: not valid UTF-8"},
        {"a \xED\xA0\x80\n", "f:1: not valid UTF-8"},
    }));
    CAPTURE(row.lines);

    CHECK(refusal(row.lines) == row.error);
}
