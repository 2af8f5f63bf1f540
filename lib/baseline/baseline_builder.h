#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "baseline/baseline.h"
#include "baseline/row_sample.h"

namespace boxkited {

// What becomes of a column. On its own it is continuous or discrete by Boxkite's test if all its
// cells that are not missing are numbers, discrete with text bins if fewer than half are, and an
// error in between.
enum class ColumnKind {
    kAuto,
    kDiscrete,    // One bin per number, or per text as it is written if there is any text.
    kContinuous,  // A histogram; text is an error.
};

struct BuilderColumn {
    std::string name;
    ColumnKind kind = ColumnKind::kAuto;
    bool is_prediction = false;  // Of one column at most. Features are numbered without it.
};

struct BuilderOptions {
    // Rows that a baseline is made of; of a longer table, so many are drawn. They are the memory
    // that a builder takes. 1 or more.
    std::size_t max_samples = 100'000;

    // A continuous column whose values ask for more bounds gets so many, and up to two more for
    // values far out. 2 or more. Other than 50 gives other bounds than Boxkite.
    std::size_t max_bins = 50;

    // Decides which rows are drawn: the same table, options and seed give the same baseline.
    std::uint64_t seed = 0;

    // Whether texts may be among numbers, where no more values are texts than numbers, and in a
    // column that is to be continuous; an error otherwise. See stray_texts().
    bool texts_may_stray = false;

    // Text bins of a column; rarer texts share the bin `__other__`. Numbers are not limited.
    std::size_t max_categories = 1000;
};

// Why a table makes no baseline.
struct BuildError {
    std::size_t column;
    std::uint64_t row;   // From 1; 0: the column as a whole. In a table without rows, column is 0.
    std::string reason;  // Without the name of the column.
};

// Makes the baseline of a training table, whose rows come one at a time: the file that Boxkite's
// `export_text` writes, byte for byte, where all columns are numbers and rows are no more than
// `max_samples`.
//
//   BaselineBuilder builder({{"age"}, {"colour"}, {"score", ColumnKind::kAuto, true}}, {});
//   for (const Row& row : rows) {
//       builder.add_number(row.age);
//       builder.add_text(row.colour);
//       builder.add_number(row.score);
//       builder.end_row();
//   }
//   const auto baseline = std::move(builder).finish();
//   if (baseline) file << to_prometheus_text(*baseline);
//
// Memory is that of `max_samples` rows, however many come: at most 258 bytes a text, 10 a number.
//
// Threads: one at a time.
class BaselineBuilder {
public:
    BaselineBuilder(std::vector<BuilderColumn> columns, BuilderOptions options);

    // The next cell of the row; each row has one for every column, then end_row(). NaN is missing.
    void add_number(double value);
    // A cell as it is written in a table: missing, number or text by cell_kind(). Beyond 256 bytes
    // it has no bin of its own, like such a live value.
    void add_text(std::string_view cell);
    // A text that is one beyond doubt, such as a string of JSON, taken as the daemon takes a live
    // one: by itself in a column of texts, also when it is empty, `NA` or `true`; in a column of
    // numbers as the number that Python's float() reads, NaN being missing. The same for its
    // length.
    void add_label(std::string_view text);
    void add_missing();
    void end_row();

    // Complete ones.
    std::uint64_t rows() const { return rows_; }

    // Texts in what is, by the rows so far, a column of numbers, where they may stray. They count
    // as missing if it becomes a histogram; bins of numbers have bins of such texts beside them.
    std::uint64_t stray_texts(std::size_t column) const;

    // Fails for the first column that is at fault, and for a table without rows.
    Result<Baseline, BuildError> finish() &&;

private:
    // What all rows together say of a column.
    struct Column {
        BuilderColumn spec;
        std::uint64_t numbers = 0;
        std::uint64_t texts = 0;
        std::uint64_t text_row = 0;  // The first with a text, 0 without one.
        std::string text;            // What it says, cut.
        std::uint64_t bad_row = 0;   // The first sampled one with a text that is not UTF-8.
    };

    void note_text(Column& column, std::string_view cell);
    bool is_text(const Column& column) const;
    bool may_have_bins_of_strays(std::size_t column) const;
    Result<void, BuildError> check(std::size_t column) const;

    BuilderOptions options_;
    std::vector<Column> columns_;
    RowSample sample_;
    std::size_t at_ = 0;  // The column of the next cell.
    std::uint64_t rows_ = 0;
};

}  // namespace boxkited
