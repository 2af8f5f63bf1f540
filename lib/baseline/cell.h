#pragma once

#include <string_view>

namespace boxkited {

// What a cell of a table says.
//
// Threads: any.
enum class CellKind { kMissing, kNumber, kText };

// A cell as it is written. Missing: nothing but blanks, `nan` in any case, `NA`, `null`. A number:
// what Python's float() reads, infinities included, and `true` and `false` (`True`, `TRUE`).
CellKind cell_kind(std::string_view cell);

// The number of a cell of that kind: the nearest double, an infinity beyond the range, 1.0 for
// `true`.
double cell_number(std::string_view cell);

}  // namespace boxkited
