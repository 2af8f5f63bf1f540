#include "baseline/baseline_builder.h"

#include <algorithm>
#include <cassert>
#include <limits>
#include <utility>
#include <variant>

#include "base/json_text.h"
#include "base/number_text.h"
#include "base/utf8.h"
#include "baseline/category_counts.h"
#include "baseline/cell.h"
#include "baseline/number_column.h"

namespace boxkited {

namespace {

constexpr double kMissing = std::numeric_limits<double>::quiet_NaN();
constexpr std::size_t kLongestQuote = 60;

// The beginning of a cell, as an error shows it.
std::string cut(std::string_view cell) {
    if (cell.size() <= kLongestQuote) return std::string(cell);
    cell = cell.substr(0, kLongestQuote);
    const auto is_inside = [](char c) { return (c & 0xc0) == 0x80; };
    while (!cell.empty() && is_inside(cell.back())) cell.remove_suffix(1);
    if (!cell.empty()) cell.remove_suffix(1);
    return std::string(cell) + "...";
}

// Numbers with stray texts, which have bins if the numbers turn out to have some.
struct StrayColumn {
    NumberColumn numbers;
    CategoryCounts counts;
};

// The sampled cells of one column, of any kind.
using ColumnSample = std::variant<NumberColumn, CategoryCounts, StrayColumn>;

void add_cell(CategoryCounts& counts, const SampledCell& cell) {
    switch (cell.kind) {
        case SampledCell::Kind::kMissing:
            return counts.add_missing();
        case SampledCell::Kind::kNumber:
            return counts.add(python_float(cell.number));
        case SampledCell::Kind::kText:
        case SampledCell::Kind::kLabel:
            return counts.add(cell.text);
        case SampledCell::Kind::kLongText:
            return counts.add_other();
    }
}

// NaN for a stray text.
double number_of(std::string_view cell) {
    return cell_kind(cell) == CellKind::kNumber ? cell_number(cell) : kMissing;
}

void add_cell(NumberColumn& column, const SampledCell& cell) {
    switch (cell.kind) {
        case SampledCell::Kind::kMissing:
            return column.add(kMissing);
        case SampledCell::Kind::kNumber:
            return column.add(cell.number);
        case SampledCell::Kind::kText:
            return column.add(number_of(cell.text));
        case SampledCell::Kind::kLabel:
            return column.add(parse_python_float(cell.text).value_or(kMissing));
        case SampledCell::Kind::kLongText:
            return column.add(kMissing);
    }
}

void add_cell(StrayColumn& column, const SampledCell& cell) {
    add_cell(column.numbers, cell);
    add_cell(column.counts, cell);
}

// Deals the rows out to the columns, and gives up each row at once.
void deal(RowSample& sample, std::vector<ColumnSample>& columns) {
    for (std::size_t i = 0; i < sample.rows().size(); ++i) {
        SampledRow row(sample.rows()[i]);
        for (ColumnSample& column : columns)
            std::visit([&](auto& kind) { add_cell(kind, row.next()); }, column);
        sample.release(i);
    }
}

BaselineVariable variable_of(const BuilderColumn& column, std::uint32_t index) {
    BaselineVariable variable;
    if (column.is_prediction) {
        variable.metric_name = "inference_value";
        variable.help = "Baseline inference values for test set";
        variable.feature_name = variable.help;
    } else {
        variable.metric_name = "feature_" + std::to_string(index) + "_value";
        variable.index = index;
        variable.help = "Baseline values for feature: " + column.name;
        variable.feature_name = column.name;
    }
    return variable;
}

using Distribution = decltype(BaselineVariable::distribution);

// Fails with the reason. `random` is the column's own.
Result<Distribution, std::string> distribution(ColumnSample sample, ColumnKind kind,
                                               const BuilderOptions& options, SeededRandom random) {
    if (const auto* counts = std::get_if<CategoryCounts>(&sample))
        return Distribution(counts->baseline(options.max_categories));
    if (auto* const stray = std::get_if<StrayColumn>(&sample)) {
        if (stray->numbers.looks_discrete(random))
            return Distribution(stray->counts.baseline(options.max_categories));
        NumberColumn without_texts = std::move(stray->numbers);
        sample = std::move(without_texts);
    }
    auto& numbers = std::get<NumberColumn>(sample);
    const bool discrete =
        kind == ColumnKind::kAuto ? numbers.looks_discrete(random) : kind == ColumnKind::kDiscrete;
    if (discrete) return Distribution(std::move(numbers).discrete());
    // A histogram without a finite bound would not load.
    if (!numbers.has_finite())
        return Failure{std::string("no finite value, so it cannot be continuous")};
    return Distribution(std::move(numbers).continuous(options.max_bins));
}

}  // namespace

BaselineBuilder::BaselineBuilder(std::vector<BuilderColumn> columns, BuilderOptions options)
    : options_(options), sample_(options.max_samples, options.seed) {
    assert(options.max_bins > 1);
    columns_.reserve(columns.size());
    for (BuilderColumn& column : columns) {
        columns_.emplace_back();
        columns_.back().spec = std::move(column);
    }
}

void BaselineBuilder::add_number(double value) {
    if (value != value) return add_missing();
    assert(at_ < columns_.size());
    ++columns_[at_++].numbers;
    if (sample_.wants_row()) sample_.add_number(value);
}

void BaselineBuilder::add_text(std::string_view cell) {
    const CellKind kind = cell_kind(cell);
    if (kind == CellKind::kMissing) return add_missing();
    assert(at_ < columns_.size());
    Column& column = columns_[at_++];
    if (kind == CellKind::kNumber) {
        ++column.numbers;
    } else {
        note_text(column, cell);
    }
    if (!sample_.wants_row()) return;
    if (kind == CellKind::kNumber && cell.size() > RowSample::kLongestText) {
        sample_.add_number(cell_number(cell));
    } else {
        sample_.add_text(cell);
    }
}

void BaselineBuilder::add_label(std::string_view text) {
    assert(at_ < columns_.size());
    Column& column = columns_[at_++];
    const auto number = parse_python_float(text);
    if (!number) {
        note_text(column, text);
    } else if (*number == *number) {
        ++column.numbers;
    }
    if (!sample_.wants_row()) return;
    if (number && text.size() > RowSample::kLongestText) {
        sample_.add_number(*number);
    } else {
        sample_.add_label(text);
    }
}

void BaselineBuilder::note_text(Column& column, std::string_view cell) {
    if (column.texts++ == 0) {
        column.text_row = rows_ + 1;
        column.text = cut(cell);
    }
    if (column.bad_row == 0 && sample_.wants_row() && !is_utf8(cell)) column.bad_row = rows_ + 1;
}

void BaselineBuilder::add_missing() {
    assert(at_ < columns_.size());
    ++at_;
    if (sample_.wants_row()) sample_.add_missing();
}

void BaselineBuilder::end_row() {
    assert(at_ == columns_.size());
    sample_.end_row();
    at_ = 0;
    ++rows_;
}

bool BaselineBuilder::is_text(const Column& column) const {
    switch (column.spec.kind) {
        case ColumnKind::kAuto:
            return column.numbers < column.texts;
        case ColumnKind::kDiscrete:
            return column.texts != 0;
        case ColumnKind::kContinuous:
            return false;
    }
    return false;
}

std::uint64_t BaselineBuilder::stray_texts(std::size_t column) const {
    const bool may_stray = options_.texts_may_stray && !is_text(columns_[column]);
    return may_stray ? columns_[column].texts : 0;
}

bool BaselineBuilder::may_have_bins_of_strays(std::size_t column) const {
    return stray_texts(column) != 0 && columns_[column].spec.kind == ColumnKind::kAuto;
}

Result<void, BuildError> BaselineBuilder::check(std::size_t place) const {
    const Column& column = columns_[place];
    const auto fail = [&](std::uint64_t row, std::string reason) {
        return Failure{BuildError{place, row, std::move(reason)}};
    };
    if (!is_utf8(column.spec.name) || column.spec.name.find('\0') != std::string::npos)
        return fail(0, "the name is no UTF-8 text");
    if (is_text(column) || may_have_bins_of_strays(place)) {
        if (column.bad_row != 0) return fail(column.bad_row, "not valid UTF-8");
        return {};
    }
    if (column.texts == 0 || options_.texts_may_stray) return {};
    const std::string said = json_string(column.text) + " is not a number, ";
    if (column.spec.kind == ColumnKind::kContinuous)
        return fail(column.text_row, said + "in a column that is to be continuous");
    return fail(column.text_row, said + "as " + std::to_string(column.numbers) + " of the " +
                                     std::to_string(column.numbers + column.texts) +
                                     " values are; a column of both must be named as discrete");
}

Result<Baseline, BuildError> BaselineBuilder::finish() && {
    assert(at_ == 0);
    if (rows_ == 0) return Failure{BuildError{0, 0, "the table has no rows"}};
    std::vector<ColumnSample> samples(columns_.size());
    for (std::size_t i = 0; i < columns_.size(); ++i) {
        if (auto good = check(i); !good) return Failure{good.error()};
        if (is_text(columns_[i])) {
            samples[i] = CategoryCounts();
        } else if (may_have_bins_of_strays(i)) {
            samples[i] = StrayColumn();
        } else {
            std::get<NumberColumn>(samples[i]).reserve(sample_.rows().size());
        }
    }
    deal(sample_, samples);

    Baseline baseline;
    std::optional<BaselineVariable> prediction;
    for (std::size_t i = 0; i < columns_.size(); ++i) {
        const auto features = static_cast<std::uint32_t>(baseline.variables.size());
        BaselineVariable variable = variable_of(columns_[i].spec, features);
        auto counted = distribution(std::exchange(samples[i], {}), columns_[i].spec.kind, options_,
                                    SeededRandom(options_.seed, i + 1));
        if (!counted) return Failure{BuildError{i, 0, counted.error()}};
        variable.distribution = *std::move(counted);
        if (columns_[i].spec.is_prediction) {
            prediction = std::move(variable);
        } else {
            baseline.variables.push_back(std::move(variable));
        }
    }
    if (prediction) baseline.variables.push_back(*std::move(prediction));
    return baseline;
}

}  // namespace boxkited
