#include "daemon/commands/drift_columns.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <unordered_map>

#include "base/number_text.h"
#include "baseline/cell.h"
#include "table/json_line.h"

namespace boxkited {

namespace {

constexpr std::size_t kLongestBinName = 256;

bool is_ignored(const DriftOptions& rules, const BaselineVariable& variable) {
    const auto* const feature = rules.find_feature(variable.name());
    return feature != nullptr && feature->ignore;
}

// Whether a bin is a text, so that cells are bins as they are written.
bool has_text_bins(const BaselineVariable& variable) {
    if (variable.is_numeric()) return false;
    const auto& bins = variable.category().bins;
    return bins.empty() || std::any_of(bins.begin(), bins.end(), [](const auto& bin) {
               return !parse_python_float(bin.name);
           });
}

// A feature may be called so while the model's answers are in another column.
bool has_feature_prediction(const Baseline& baseline) {
    return std::any_of(baseline.variables.begin(), baseline.variables.end(), [](const auto& each) {
        return each.index && each.feature_name == "prediction";
    });
}

std::string missing(const std::vector<std::string>& features) {
    const bool is_one = features.size() == 1;
    return std::string(is_one ? "no column is called " : "no columns are called ") +
           list_of_names(features) + (is_one ? ", a feature" : ", features") + " of the baseline";
}

std::string no_prediction(const std::optional<std::string>& said) {
    if (said) return "--prediction: no column is called " + quoted_name(*said);
    return "--prediction must name the column of the model's answers, as none is called "
           "`prediction`";
}

Value number(double value) {
    if (std::isnan(value)) return {};
    // The baseline has both infinities in its last bucket.
    return {Value::Kind::kNumber, std::isinf(value) ? std::fabs(value) : value, {}};
}

Value text(std::string_view text) { return {Value::Kind::kText, 0, text}; }

Value continuous(const Cell& cell, bool is_json) {
    constexpr double kMissing = std::numeric_limits<double>::quiet_NaN();
    if (cell.kind == Cell::Kind::kNumber) return number(cell.number);
    if (cell.kind == Cell::Kind::kMissing) return {};
    if (is_json) return number(parse_python_float(cell.text).value_or(kMissing));
    return number(cell_kind(cell.text) == CellKind::kNumber ? cell_number(cell.text) : kMissing);
}

// Of JSON. One that is too long for a bin is the number that it reads as.
Value label(std::string_view label) {
    const auto read = label.size() > kLongestBinName ? parse_python_float(label) : std::nullopt;
    if (!read) return text(label);
    return std::isnan(*read) ? Value() : Value{Value::Kind::kNumber, *read, {}};
}

Value discrete(const Cell& cell, bool is_json, bool has_text_bins) {
    if (cell.kind == Cell::Kind::kNumber) return {Value::Kind::kNumber, cell.number, {}};
    if (cell.kind == Cell::Kind::kMissing) return {};
    if (is_json) return label(cell.text);
    switch (cell_kind(cell.text)) {
        case CellKind::kMissing:
            return {};
        case CellKind::kText:
            return text(cell.text);
        case CellKind::kNumber:
            break;
    }
    if (has_text_bins && cell.text.size() <= kLongestBinName) return text(cell.text);
    return {Value::Kind::kNumber, cell_number(cell.text), {}};
}

}  // namespace

std::string list_of_names(const std::vector<std::string>& names) {
    constexpr std::size_t kShown = 10;
    std::string list;
    for (std::size_t i = 0; i < std::min(names.size(), kShown); ++i)
        list += (i == 0 ? "" : ", ") + quoted_name(names[i]);
    if (names.size() > kShown) list += " and " + std::to_string(names.size() - kShown) + " more";
    return list;
}

Result<DriftColumns, std::string> DriftColumns::choose(
    const TableColumns& table, const Layout& layout, const DriftOptions& rules,
    const std::optional<std::string>& prediction) {
    if (prediction && !layout.inference())
        return Failure{std::string("--prediction: the baseline has no predictions")};
    DriftColumns chosen;
    chosen.is_json_ = table.is_json;
    chosen.event_.features.resize(layout.feature_count());
    std::unordered_map<std::string_view, std::size_t> places;
    for (std::size_t i = 0; i < table.names.size(); ++i) places.emplace(table.names[i], i);

    std::vector<bool> is_used(table.names.size());
    std::vector<std::string> missing_features;
    for (const BaselineVariable& variable : layout.baseline().variables) {
        const std::string name =
            variable.index ? variable.feature_name : prediction.value_or("prediction");
        const auto place = places.find(name);
        const bool is_there = place != places.end() && (variable.index || prediction ||
                                                        !has_feature_prediction(layout.baseline()));
        if (is_there) is_used[place->second] = true;
        if (is_ignored(rules, variable)) continue;
        if (is_there) {
            chosen.sources_.push_back({place->second,
                                       variable.index.value_or(layout.feature_count()),
                                       variable.is_numeric(), has_text_bins(variable)});
        } else if (variable.index) {
            missing_features.push_back(name);
        } else if (missing_features.empty()) {
            return Failure{no_prediction(prediction)};
        }
    }
    if (!missing_features.empty()) return Failure{missing(missing_features)};
    for (std::size_t i = 0; i < table.names.size(); ++i)
        if (!is_used[i]) chosen.left_out_.push_back(table.names[i]);
    return chosen;
}

const PredictionEvent& DriftColumns::event_of(const Cell* row) {
    for (const Source& source : sources_) {
        const Value value = value_of(source, row[source.column]);
        if (source.feature < event_.features.size()) {
            event_.features[source.feature].value = value;
        } else {
            event_.output = value;
        }
    }
    return event_;
}

Value DriftColumns::value_of(const Source& source, const Cell& cell) const {
    return source.is_numeric ? continuous(cell, is_json_)
                             : discrete(cell, is_json_, source.has_text_bins);
}

}  // namespace boxkited
