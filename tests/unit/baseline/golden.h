#pragma once

#include <fstream>
#include <iterator>
#include <stdexcept>
#include <string>

#include "baseline/baseline.h"

namespace boxkited {

inline std::string golden_file(const std::string& path) {
    std::ifstream file(BOXKITED_GOLDEN "/" + path, std::ios::binary);
    if (!file) throw std::runtime_error("no golden file " + path);
    return {std::istreambuf_iterator<char>(file), {}};
}

inline Baseline good_baseline(std::string_view text) {
    auto baseline = parse_baseline(text);
    if (!baseline) throw std::runtime_error(to_string(baseline.error(), "baseline"));
    return *std::move(baseline);
}

}  // namespace boxkited
