#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "baseline/reservoir.h"

namespace boxkited {

// One cell of a sampled row.
struct SampledCell {
    enum class Kind { kMissing, kNumber, kText, kLabel, kLongText };

    Kind kind;
    double number = 0;      // Of kNumber.
    std::string_view text;  // Of kText and kLabel: as it came.
};

// A seeded sample of the rows of a table, each row kept whole and as it was written, since what a
// column is shows only when all its rows have been seen.
//
//   if (sample.wants_row()) { sample.add_text("7"); sample.add_missing(); }
//   sample.end_row();
//
// Threads: one at a time.
class RowSample {
public:
    // Longer texts, cells or labels, are kept as kLongText, without their bytes.
    static constexpr std::size_t kLongestText = 256;

    // At most `capacity` rows, which is not 0.
    RowSample(std::size_t capacity, std::uint64_t seed);

    // Whether the row to come is drawn. Cells of others need not be added.
    bool wants_row() const { return place_.has_value(); }
    void add_text(std::string_view text);
    void add_label(std::string_view text);
    void add_number(double value);
    void add_missing();
    void end_row();

    // The sample; while nothing was left out, in the order of the table. Each is read with
    // SampledRow.
    const std::vector<std::string>& rows() const { return rows_; }
    void release(std::size_t row) { std::string().swap(rows_[row]); }

private:
    void add_bytes(std::string_view text, bool is_label);

    Reservoir reservoir_;
    std::optional<std::size_t> place_;
    std::string row_;
    std::vector<std::string> rows_;
};

// Reads the cells of a sampled row in order. The bytes of the row must stay while it does.
class SampledRow {
public:
    explicit SampledRow(std::string_view bytes) : rest_(bytes) {}
    SampledCell next();

private:
    std::string_view rest_;
};

}  // namespace boxkited
