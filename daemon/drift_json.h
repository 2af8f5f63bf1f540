#pragma once

#include <nlohmann/json_fwd.hpp>
#include <optional>
#include <string>
#include <string_view>

#include "drift/evaluation.h"

namespace boxkited {

// What `GET /v1/drift` answers and `boxkited drift --json` prints: one line of JSON. Variables
// come with the most severe first; of each window the bins that add most to the score come first.
//
// Threads: any.
std::string drift_json(const Evaluation& evaluation, const Evaluator& evaluator);

// What `GET /v1/drift/distributions` answers: one line of JSON with all bins of all variables in one
// window, in the order of drift_json(). The first one when `window` is empty; nothing
// when the evaluation has none of this name.
//
// Threads: any.
std::optional<std::string> drift_distributions_json(const Evaluation& evaluation,
                                                    const Evaluator& evaluator,
                                                    std::string_view window);

// Of a variable, over the windows in which it has a verdict: the greatest severity, infinite where
// only significance judges and it drifted, 0 without a verdict. What variables are sorted by.
double greatest_severity(const Evaluation& evaluation, std::size_t position);

// Positions in WindowDrift::variables, the most severe first.
std::vector<std::size_t> by_severity(const Evaluation& evaluation);

}  // namespace boxkited
