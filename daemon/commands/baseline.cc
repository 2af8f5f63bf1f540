//     table --block by block--> BaselineBuilder --finish--> histogram.prom
//       \ a thread of its own

#include <cstdio>
#include <filesystem>

#include "daemon/commands/baseline_columns.h"
#include "daemon/commands/commands.h"
#include "daemon/commands/output_file.h"
#include "daemon/commands/progress.h"
#include "histogram/category_bins.h"
#include "table/json_line.h"
#include "table/log_folder.h"
#include "table/row_places.h"
#include "table/table_stream.h"

namespace boxkited {

namespace {

namespace fs = std::filesystem;

constexpr int kWorkFailed = 1;
constexpr int kInputWrong = 2;

int report(int exit_code, const std::string& reason) {
    std::fprintf(stderr, "boxkited: %s\n", reason.c_str());
    return exit_code;
}

bool goes_to_file(const BaselineFlags& flags) { return flags.output && *flags.output != "-"; }

// A terminal or /dev/null may be both, a file may not.
bool is_output(const std::string& input, const BaselineFlags& flags) {
    if (!goes_to_file(flags)) return false;
    std::error_code unknown;
    return fs::is_regular_file(*flags.output, unknown) &&
           fs::equivalent(input == "-" ? "/dev/stdin" : input, *flags.output, unknown);
}

Result<std::vector<TableFile>, std::string> input_files(const BaselineFlags& flags) {
    auto files = table_files(flags.inputs);
    if (!files) return Failure{to_string(files.error())};
    for (const TableFile& file : *files)
        if (is_output(file.path, flags)) return Failure{file.path + ": is both input and output"};
    return *std::move(files);
}

void add(BaselineBuilder& builder, const Cell& cell, bool is_json) {
    switch (cell.kind) {
        case Cell::Kind::kText:
            return is_json ? builder.add_label(cell.text) : builder.add_text(cell.text);
        case Cell::Kind::kNumber:
            return builder.add_number(cell.number);
        case Cell::Kind::kMissing:
            return builder.add_missing();
    }
}

// Reads a table into a baseline.
class TableBaseline {
public:
    TableBaseline(TableReader& reader, const TableColumns& table, const BaselineColumns& chosen,
                  const BaselineFlags& flags)
        : reader_(reader),
          table_(table),
          chosen_(chosen),
          builder_(chosen.columns,
                   // A live feature of one slip is to be watched as well.
                   {.max_samples = flags.max_samples,
                    .max_bins = flags.max_bins,
                    .seed = flags.seed,
                    .texts_may_stray = table.are_events}) {}

    // The error names file, line and column.
    Result<Baseline, std::string> make(Progress& progress) {
        TableStream stream(reader_);
        for (;;) {
            const auto block = stream.next();
            if (!block) return Failure{to_string(block.error())};
            if (*block == nullptr) break;
            take(**block);
            progress.show({(*block)->bytes_read, builder_.rows()});
        }
        rows_ = builder_.rows();
        for (std::size_t i = 0; i < chosen_.columns.size(); ++i)
            stray_texts_.push_back(builder_.stray_texts(i));
        auto baseline = std::move(builder_).finish();
        if (!baseline) return Failure{to_text(baseline.error())};
        drop_absent_output(*baseline);
        if (baseline->variables.empty())
            return Failure{reader_.name_of(0) + ": no event has an output, and no feature is left"};
        return *std::move(baseline);
    }

    std::uint64_t rows() const { return rows_; }
    // By column, those among numbers.
    const std::vector<std::uint64_t>& stray_texts() const { return stray_texts_; }

private:
    void take(const RowBlock& block) {
        places_.note(block);
        const Cell* row = block.cells.data();
        for (std::size_t i = 0; i < block.rows(); ++i, row += table_.names.size()) {
            for (const std::size_t place : chosen_.places)
                add(builder_, row[place], table_.is_json);
            builder_.end_row();
        }
    }

    // Whether events have outputs is known at their end only.
    void drop_absent_output(Baseline& baseline) const {
        if (!table_.output || chosen_.places.back() != *table_.output || reader_.has_output())
            return;
        const bool is_last = chosen_.columns.back().is_prediction || !chosen_.has_prediction;
        baseline.variables.erase(baseline.variables.end() - (is_last ? 1 : 2));
    }

    std::string to_text(const BuildError& error) const {
        const std::size_t place = chosen_.places[error.column];
        const std::string reason = "column " + std::to_string(place + 1) + ' ' +
                                   quoted_name(table_.names[place]) + ": " + error.reason;
        if (error.row == 0) return to_string(TableError{reader_.name_of(0), 0, reason});
        const auto found = places_.find(error.row);
        if (found.is_exact)
            return to_string(TableError{reader_.name_of(found.file), found.line, reason});
        return to_string(TableError{reader_.name_of(found.file), 0,
                                    "row " + std::to_string(error.row) + ", below line " +
                                        std::to_string(found.line) + ": " + reason});
    }

    TableReader& reader_;
    const TableColumns& table_;
    const BaselineColumns& chosen_;
    BaselineBuilder builder_;
    RowPlaces places_;
    std::uint64_t rows_ = 0;
    std::vector<std::uint64_t> stray_texts_;
};

std::string counted(std::uint64_t count, const std::string& one, const std::string& many) {
    return std::to_string(count) + ' ' + (count == 1 ? one : many);
}

void warn(const std::string& text) {
    std::fprintf(stderr, "boxkited: warning: %s\n", text.c_str());
}

void warn_of_strays(const TableBaseline& made, const Baseline& baseline,
                    const BaselineColumns& chosen) {
    auto feature = baseline.variables.begin();
    for (std::size_t i = 0; i < chosen.columns.size(); ++i) {
        const BaselineVariable& variable =
            chosen.columns[i].is_prediction ? baseline.variables.back() : *feature++;
        if (const auto strays = made.stray_texts()[i]; strays != 0 && variable.is_numeric())
            warn("column " + quoted_name(chosen.columns[i].name) + ": " +
                 counted(strays, "text counts", "texts count") + " as missing among its numbers");
    }
}

// Texts without a bin of their own.
void say_other(const Baseline& baseline) {
    for (const BaselineVariable& variable : baseline.variables) {
        if (variable.is_numeric()) continue;
        const std::string name =
            variable.index ? "column " + quoted_name(variable.feature_name) : "predictions";
        for (const CategoryBaseline::Bin& bin : variable.category().bins)
            if (bin.name == kOtherBin)
                std::fprintf(
                    stderr, "boxkited: %s: %s in __other__, without a bin of their own\n",
                    name.c_str(),
                    counted(static_cast<std::uint64_t>(bin.count), "text", "texts").c_str());
    }
}

// What was made of what, and what of that may come as a surprise.
void summarize(const TableBaseline& made, const Baseline& baseline, const LeftOut& left_out,
               const BaselineColumns& chosen) {
    if (left_out.events > 0)
        warn(counted(left_out.events, "event", "events") + " without features left out");
    if (left_out.values > 0)
        warn(counted(left_out.values, "value", "values") +
             " left out of features that the first events do not have");
    const bool has_predictions = !baseline.variables.back().index;
    if (!has_predictions)
        warn(std::string(chosen.has_prediction ? "no event has an output"
                                               : "no column is called `prediction`, and none is "
                                                 "named by --prediction") +
             ": the baseline has features only");
    warn_of_strays(made, baseline, chosen);
    say_other(baseline);
    const std::size_t features = baseline.variables.size() - (has_predictions ? 1 : 0);
    std::fprintf(stderr, "boxkited: %s and %s of %s\n",
                 counted(features, "feature", "features").c_str(),
                 has_predictions ? "predictions" : "no predictions",
                 counted(made.rows(), "row", "rows").c_str());
}

int write(const BaselineFlags& flags, const std::string& text) {
    if (goes_to_file(flags)) {
        const auto written = write_output(*flags.output, text);
        return written ? 0 : report(kWorkFailed, written.error());
    }
    const bool good = std::fwrite(text.data(), 1, text.size(), stdout) == text.size();
    return good && std::fflush(stdout) == 0 ? 0
                                            : report(kWorkFailed, "standard output: cannot write");
}

}  // namespace

int baseline(const BaselineFlags& flags) {
    auto files = input_files(flags);
    if (!files) return report(kInputWrong, files.error());
    const auto total = size_of_files(*files);
    TableReader reader(*std::move(files),
                       {.delimiter = flags.delimiter, .has_header = !flags.no_header});
    const auto table = reader.open();
    if (!table) return report(kInputWrong, to_string(table.error()));
    const auto chosen = choose_columns(*table, flags);
    if (!chosen) return report(kInputWrong, reader.name_of(0) + ": " + chosen.error());

    TableBaseline maker(reader, *table, *chosen, flags);
    const auto made = [&] {
        Progress progress(total, flags.quiet);
        return maker.make(progress);
    }();
    if (!made) return report(kInputWrong, made.error());
    const int exit_code = write(flags, to_prometheus_text(*made));
    if (exit_code == 0 && !flags.quiet) summarize(maker, *made, reader.left_out(), *chosen);
    return exit_code;
}

}  // namespace boxkited
