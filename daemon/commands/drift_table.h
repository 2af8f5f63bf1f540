#pragma once

#include <string>

#include "drift/evaluation.h"

namespace boxkited {

// What `boxkited drift` prints of an evaluation with one window: a line for each variable, the most
// severe first, and one for all of them. Names take one line and no more than 40 characters,
// whatever they hold.
//
// Threads: any.
std::string drift_table(const Evaluation& evaluation);

// "1 of 11 variables drifted (9.1%); 2 have too little data"
std::string drift_summary(const WindowDrift& drift);

}  // namespace boxkited
