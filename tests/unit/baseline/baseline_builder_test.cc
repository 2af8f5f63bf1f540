#include "baseline/baseline_builder.h"

#include <catch2/catch.hpp>
#include <limits>
#include <string>
#include <utility>
#include <vector>

#include "unit/baseline/golden.h"

using namespace boxkited;

namespace {

using Cells = std::vector<std::string>;
using Built = Result<Baseline, BuildError>;

// The cells of a line of CSV.
Cells cells_of(const std::string& line) {
    Cells cells(1);
    bool quoted = false;
    for (std::size_t i = 0; i < line.size(); ++i) {
        if (quoted && line.compare(i, 2, "\"\"") == 0) {
            cells.back() += line[++i];
        } else if (line[i] == '"') {
            quoted = !quoted;
        } else if (line[i] == ',' && !quoted) {
            cells.emplace_back();
        } else {
            cells.back() += line[i];
        }
    }
    return cells;
}

std::vector<Cells> rows_of(const std::string& csv) {
    std::vector<Cells> rows;
    for (std::size_t at = 0; at < csv.size();) {
        const auto end = csv.find('\n', at);
        rows.push_back(cells_of(csv.substr(at, end - at)));
        at = end + 1;
    }
    return rows;
}

// The baseline of one column.
Built built(const Cells& cells, ColumnKind kind = ColumnKind::kAuto, BuilderOptions options = {}) {
    BaselineBuilder builder({{"x", kind}}, options);
    for (const std::string& cell : cells) {
        builder.add_text(cell);
        builder.end_row();
    }
    return std::move(builder).finish();
}

// The baseline of one column of texts beyond doubt.
Built labelled(const Cells& labels, ColumnKind kind = ColumnKind::kAuto,
               BuilderOptions options = {}) {
    BaselineBuilder builder({{"x", kind}}, options);
    for (const std::string& label : labels) {
        builder.add_label(label);
        builder.end_row();
    }
    return std::move(builder).finish();
}

// The file of a column that is good, without its HELP and TYPE.
std::string samples(const Built& baseline) {
    REQUIRE(baseline.has_value());
    const std::string text = to_prometheus_text(*baseline);
    CHECK(good_baseline(text).variables == baseline->variables);
    return text.substr(text.find('\n', text.find("# TYPE")) + 1);
}

std::string error_of(const Built& baseline) {
    REQUIRE_FALSE(baseline.has_value());
    const BuildError& error = baseline.error();
    return std::to_string(error.column) + ":" + std::to_string(error.row) + ": " + error.reason;
}

std::string bin(const std::string& name, const std::string& count) {
    return "feature_0_value_baseline_total{bin=\"" + name + "\"} " + count + "\n";
}

Cells counting(int count) {
    Cells cells;
    for (int i = 0; i < count; ++i) cells.push_back(std::to_string(i));
    return cells;
}

}  // namespace

TEST_CASE("the golden tables give the golden baselines byte for byte", "[builder]") {
    const std::string name = GENERATE("diabetes", "iris", "edge", "wide");
    CAPTURE(name);
    const auto rows = rows_of(golden_file(name + "/train.csv"));
    std::vector<BuilderColumn> columns;
    for (const std::string& column : rows[0])
        columns.push_back({column, ColumnKind::kAuto, column == "prediction"});

    BaselineBuilder builder(columns, {});
    for (std::size_t i = 1; i < rows.size(); ++i) {
        for (const std::string& cell : rows[i]) builder.add_text(cell);
        builder.end_row();
    }
    CHECK(builder.rows() == rows.size() - 1);
    const auto baseline = std::move(builder).finish();

    REQUIRE(baseline);
    CHECK(to_prometheus_text(*baseline) == golden_file(name + "/histogram.prom"));
    CHECK(good_baseline(to_prometheus_text(*baseline)).variables == baseline->variables);
}

TEST_CASE("features are numbered without the predictions which come last", "[builder]") {
    BaselineBuilder builder({{"a"}, {"p", ColumnKind::kAuto, true}, {"b \\ \"\n"}}, {});
    builder.add_number(1);
    builder.add_missing();
    builder.add_number(std::numeric_limits<double>::quiet_NaN());
    builder.end_row();

    const auto baseline = std::move(builder).finish();

    REQUIRE(baseline);
    CHECK(to_prometheus_text(*baseline) ==
          "# HELP feature_0_value_baseline_total Baseline values for feature: a\n"
          "# TYPE feature_0_value_baseline_total counter\n"
          "feature_0_value_baseline_total{bin=\"1.0\"} 1.0\n"
          "# HELP feature_1_value_baseline_total Baseline values for feature: b \\\\ \"\\n\n"
          "# TYPE feature_1_value_baseline_total counter\n"
          "feature_1_value_baseline_total{bin=\"nan\"} 1.0\n"
          "# HELP inference_value_baseline_total Baseline inference values for test set\n"
          "# TYPE inference_value_baseline_total counter\n"
          "inference_value_baseline_total{bin=\"nan\"} 1.0\n");
    CHECK(good_baseline(to_prometheus_text(*baseline)).variables == baseline->variables);
}

TEST_CASE("a column of texts has text bins", "[builder]") {
    CHECK(samples(built({"red", "", "blue", "NA", "red", "7", "true"})) ==
          bin("7", "1.0") + bin("blue", "1.0") + bin("red", "2.0") + bin("true", "1.0") +
              bin("nan", "2.0"));
}

TEST_CASE("numbers among texts are spelled as they came", "[builder]") {
    BaselineBuilder builder({{"zip"}}, {});
    for (const char* cell : {"02134", "SW1", "1.50", "1e5", "E14", "N1", "W2", "W2"}) {
        builder.add_text(cell);
        builder.end_row();
    }
    builder.add_number(7);
    builder.end_row();

    CHECK(samples(std::move(builder).finish()) ==
          bin("02134", "1.0") + bin("1.50", "1.0") + bin("1e5", "1.0") + bin("7.0", "1.0") +
              bin("E14", "1.0") + bin("N1", "1.0") + bin("SW1", "1.0") + bin("W2", "2.0"));
}

TEST_CASE("rare texts and long ones share a bin", "[builder]") {
    BuilderOptions options;
    options.max_categories = 2;

    CHECK(samples(built({"c", "b", "a", "c", std::string(257, 'x'), "c"}, ColumnKind::kAuto,
                        options)) == bin("a", "1.0") + bin("c", "3.0") + bin("__other__", "2.0"));
}

TEST_CASE("a column of numbers has no text in it whatever comes first", "[builder]") {
    CHECK(error_of(built({"1", "2", "x", "3"})) ==
          "0:3: \"x\" is not a number, as 3 of the 4 values are; a column of both must be named as "
          "discrete");
    CHECK(error_of(built({"", "x", "1", "y", "2"})) ==
          "0:2: \"x\" is not a number, as 2 of the 4 values are; a column of both must be named as "
          "discrete");
    CHECK(built({"", "x", "1", "y", "2", "z"}).has_value());
}

TEST_CASE("an error shows the beginning of the cell and no controls", "[builder]") {
    CHECK(error_of(built({"1", "\x1b[31m\n"})) ==
          "0:2: \"\\u001b[31m\\n\" is not a number, as 1 of the 2 values are; a column of both "
          "must be named as discrete");
    std::string long_cell(59, 'x');
    for (int i = 0; i < 100; ++i) long_cell += "é";

    CHECK(error_of(built({"1", long_cell})) ==
          "0:2: \"" + std::string(59, 'x') +
              "...\" is not a number, as 1 of the 2 values are; a column of both must be named as "
              "discrete");
}

TEST_CASE("a column that is to be continuous is a histogram of numbers", "[builder]") {
    CHECK(samples(built({"1", "1", "", "inf"}, ColumnKind::kContinuous)) ==
          "feature_0_value_baseline_bucket{le=\"0.5\"} 0.0\n"
          "feature_0_value_baseline_bucket{le=\"1.5\"} 2.0\n"
          "feature_0_value_baseline_bucket{le=\"+Inf\"} 4.0\n"
          "feature_0_value_baseline_count 4.0\n"
          "feature_0_value_baseline_sum 2.0\n");
    CHECK(error_of(built({"1", "x", "y"}, ColumnKind::kContinuous)) ==
          "0:2: \"x\" is not a number, in a column that is to be continuous");
    CHECK(error_of(built({"inf", "", "-inf"}, ColumnKind::kContinuous)) ==
          "0:0: no finite value, so it cannot be continuous");
}

TEST_CASE("a column that is to be discrete may hold anything", "[builder]") {
    CHECK(samples(built({"1", "1.0", "3.5", ""}, ColumnKind::kDiscrete)) ==
          bin("1.0", "2.0") + bin("3.5", "1.0") + bin("nan", "1.0"));
    CHECK(samples(built({"1", "1.0", "x", ""}, ColumnKind::kDiscrete)) ==
          bin("1", "1.0") + bin("1.0", "1.0") + bin("x", "1.0") + bin("nan", "1.0"));
}

TEST_CASE("a column without any value is discrete", "[builder]") {
    CHECK(samples(built({"", "nan"})) == bin("nan", "2.0"));
}

TEST_CASE("true and false are numbers", "[builder]") {
    CHECK(samples(built({"true", "False", "TRUE"})) == bin("0.0", "1.0") + bin("1.0", "2.0"));
}

TEST_CASE("names keep their blanks in the file", "[builder]") {
    const Cells names{"age ", "a\t", " ", "a", "a ", " a", "a \n "};
    std::vector<BuilderColumn> columns;
    for (const std::string& name : names) columns.push_back({name});
    BaselineBuilder builder(columns, {});
    for (std::size_t i = 0; i < names.size(); ++i) builder.add_number(1);
    builder.end_row();
    const auto made = std::move(builder).finish();

    const auto loaded = good_baseline(to_prometheus_text(made.value())).variables;

    CHECK(loaded == made->variables);
    for (std::size_t i = 0; i < names.size(); ++i) CHECK(loaded[i].feature_name == names[i]);
}

TEST_CASE("labels are texts whatever they say", "[builder]") {
    CHECK(samples(labelled({"NA", "", "null", "true", "red", "7", "nan", "NaN", "NA"})) ==
          bin("", "1.0") + bin("7", "1.0") + bin("NA", "2.0") + bin("NaN", "1.0") +
              bin("null", "1.0") + bin("red", "1.0") + bin("true", "1.0") + bin("nan", "1.0"));
    CHECK(samples(labelled({"x", std::string(257, 'y')})) ==
          bin("x", "1.0") + bin("__other__", "1.0"));
}

TEST_CASE("labels that read as numbers are numbers", "[builder]") {
    CHECK(samples(labelled({"1", " 1.0", "NaN", std::string(300, '0')})) ==
          bin("0.0", "1.0") + bin("1.0", "2.0") + bin("nan", "1.0"));
    CHECK(samples(labelled({"nan", "NaN"})) == bin("nan", "2.0"));
    CHECK(error_of(labelled({"1", "2", "true"})) ==
          "0:3: \"true\" is not a number, as 2 of the 3 values are; a column of both must be named "
          "as discrete");
}

TEST_CASE("stray texts may be among numbers", "[builder]") {
    BuilderOptions options;
    options.texts_may_stray = true;
    const Cells strays{"1", "true", "1", "", std::string(257, 'x'), "1", "1"};

    CHECK(samples(labelled(strays, ColumnKind::kAuto, options)) ==
          bin("", "1.0") + bin("1", "4.0") + bin("true", "1.0") + bin("__other__", "1.0"));
    CHECK(samples(built({"1", "x", "1"}, ColumnKind::kAuto, options)) ==
          bin("1", "2.0") + bin("x", "1.0"));
    CHECK(samples(built({"1", "2", "3", "true", "x"}, ColumnKind::kAuto, options)) ==
          "feature_0_value_baseline_bucket{le=\"1.0\"} 2.0\n"
          "feature_0_value_baseline_bucket{le=\"1.6666666666666665\"} 2.0\n"
          "feature_0_value_baseline_bucket{le=\"2.333333333333333\"} 3.0\n"
          "feature_0_value_baseline_bucket{le=\"3.0\"} 4.0\n"
          "feature_0_value_baseline_bucket{le=\"+Inf\"} 5.0\n"
          "feature_0_value_baseline_count 5.0\n"
          "feature_0_value_baseline_sum 7.0\n");
    CHECK(samples(labelled({"1", "x", "y"}, ColumnKind::kAuto, options)) ==
          bin("1", "1.0") + bin("x", "1.0") + bin("y", "1.0"));
    CHECK(samples(labelled({"1", "x", "y"}, ColumnKind::kContinuous, options)) ==
          "feature_0_value_baseline_bucket{le=\"0.5\"} 0.0\n"
          "feature_0_value_baseline_bucket{le=\"1.5\"} 1.0\n"
          "feature_0_value_baseline_bucket{le=\"+Inf\"} 3.0\n"
          "feature_0_value_baseline_count 3.0\n"
          "feature_0_value_baseline_sum 1.0\n");
    CHECK(error_of(labelled({"x"}, ColumnKind::kContinuous, options)) ==
          "0:0: no finite value, so it cannot be continuous");
}

TEST_CASE("stray texts are counted in columns of numbers alone", "[builder]") {
    BuilderOptions options;
    options.texts_may_stray = true;
    BaselineBuilder builder({{"numbers"}, {"texts"}}, options);
    for (const char* cell : {"1", "x", "2"}) {
        builder.add_label(cell);
        builder.add_label(cell + std::string("!"));
        builder.end_row();
    }

    CHECK(builder.stray_texts(0) == 1);
    CHECK(builder.stray_texts(1) == 0);
}

TEST_CASE("a table without rows has no baseline", "[builder]") {
    CHECK(error_of(built({})) == "0:0: the table has no rows");
}

TEST_CASE("names and texts must be UTF-8", "[builder]") {
    CHECK(error_of(built({"a", "\xff", "b"})) == "0:2: not valid UTF-8");
    BaselineBuilder builder({{"good"}, {"b\xe9"}}, {});
    builder.add_number(1);
    builder.add_number(2);
    builder.end_row();

    CHECK(error_of(std::move(builder).finish()) == "1:0: the name is no UTF-8 text");
}

TEST_CASE("a number of many digits is a number", "[builder]") {
    CHECK(samples(built({std::string(300, '9'), "1"})) == bin("1.0", "1.0") + bin("1e+300", "1.0"));
}

TEST_CASE("of a long table so many rows are drawn and always the same", "[builder]") {
    BuilderOptions options;
    options.max_samples = 500;
    options.seed = 9;
    const Cells cells = counting(20'000);

    const auto first = built(cells, ColumnKind::kAuto, options);
    const auto second = built(cells, ColumnKind::kAuto, options);
    options.seed = 10;
    const auto other = built(cells, ColumnKind::kAuto, options);

    REQUIRE(first);
    const NumericBaseline& numeric = first->variables[0].numeric();
    CHECK(numeric.count == 500);
    CHECK(*numeric.sum / 500 == Approx(10'000).epsilon(0.1));
    CHECK(samples(first) == samples(second));
    CHECK(samples(first) != samples(other));
}

TEST_CASE("whether a column is numeric is decided by rows beyond the sample too", "[builder]") {
    BuilderOptions options;
    options.max_samples = 10;
    Cells cells = counting(5000);
    cells.push_back("x");

    CHECK(error_of(built(cells, ColumnKind::kAuto, options)) ==
          "0:5001: \"x\" is not a number, as 5000 of the 5001 values are; a column of both must be "
          "named as discrete");
}
