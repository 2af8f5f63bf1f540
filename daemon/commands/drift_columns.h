#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/result.h"
#include "drift/drift_options.h"
#include "monitor/layout.h"
#include "table/table_reader.h"

namespace boxkited {

// Makes events of the rows of a table, so that training data counts as its baseline has counted
// it: a cell is what `boxkited baseline` takes it for.
//
// Threads: one at a time.
class DriftColumns {
public:
    // Finds the column of each variable by the name of the feature. That of the predictions is
    // `prediction`, or the one called `prediction` unless a feature is called so. The error is a
    // sentence without the name of a file: a column is missing, and the rules do not ignore it.
    static Result<DriftColumns, std::string> choose(const TableColumns& table, const Layout& layout,
                                                    const DriftOptions& rules,
                                                    const std::optional<std::string>& prediction);

    // Holds until the next call.
    const PredictionEvent& event_of(const Cell* row);

    // Names of those that no variable has.
    const std::vector<std::string>& left_out() const { return left_out_; }

private:
    struct Source {
        std::size_t column;
        std::size_t feature;  // Its place in an event; behind all features for the predictions.
        bool is_numeric;
        bool has_text_bins;
    };

    Value value_of(const Source& source, const Cell& cell) const;

    bool is_json_ = false;
    std::vector<Source> sources_;
    std::vector<std::string> left_out_;
    PredictionEvent event_;
};

// "`a`, `b` and 3 more"
std::string list_of_names(const std::vector<std::string>& names);

}  // namespace boxkited
