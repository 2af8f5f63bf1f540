#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string_view>
#include <vector>

#include "drift/drift_options.h"
#include "monitor/windows.h"

namespace boxkited {

// One variable in one window.
struct VariableDrift {
    std::uint32_t variable;  // Position in Layout::variables().
    std::uint64_t observations = 0;
    // Of the observations; nothing when there are none.
    std::optional<double> missing_ratio;
    std::optional<double> unseen_ratio;  // Categories and ranges that the baseline never had.
    Assessment assessment;
};

struct WindowDrift {
    WindowCounts window;
    // Of the variables with a verdict, those that drifted; nothing when none has one.
    std::optional<double> share;
    std::vector<VariableDrift> variables;  // In the order of the layout, without ignored ones.
};

// All windows at one moment.
struct Evaluation {
    std::shared_ptr<const Layout> layout;
    std::vector<NewBin> new_bins;
    WallTime at;
    std::vector<WindowDrift> windows;
};

// What training and a window put into the bins of one variable.
struct VariableBins {
    std::vector<double> baseline;
    std::vector<double> live;
    std::vector<double> bounds;  // As BinCounts has them.
    std::optional<double> deviation;

    BinCounts counts() const { return {baseline, live, bounds, deviation}; }
};

// Compares what windows counted with the baseline.
//
//   Evaluator evaluator(snapshot.layout, options);
//   const Evaluation now = evaluator.evaluate(windows.counts(...), snapshot.new_bins, clock.now());
//
// The bins of a discrete variable are those of its baseline and those that the window counted
// anything in. Where the baseline has a bin `__other__`, training put its rare categories there;
// so do comparisons with categories that have no bin of their own, and none counts as unseen.
//
// Threads: one at a time.
class Evaluator {
public:
    Evaluator(std::shared_ptr<const Layout> layout, const DriftOptions& options);

    const std::shared_ptr<const Layout>& layout() const { return layout_; }

    // `windows` and `new_bins` are of the layout.
    Evaluation evaluate(std::vector<WindowCounts> windows, std::vector<NewBin> new_bins,
                        WallTime at);

    // The bins in the order of the baseline, then new ones as `new_bins` has them; whose they are
    // is in `added`, unless that is null.
    void read_bins(std::uint32_t variable, const Counts& counts,
                   const std::vector<NewBin>& new_bins, VariableBins& bins,
                   std::vector<const NewBin*>* added = nullptr) const;

private:
    struct Judged {
        std::uint32_t variable;
        DriftRule rule;
    };
    // Of a variable, what a window never changes.
    struct Training {
        std::vector<double> counts;
        std::vector<double> bounds;
        std::optional<double> deviation;
        std::optional<std::size_t> other;  // The bin `__other__`.
    };

    WindowDrift evaluate_window(WindowCounts window, const std::vector<NewBin>& new_bins);
    VariableDrift evaluate_variable(const Judged& judged, const Counts& counts,
                                    const std::vector<NewBin>& new_bins);

    std::shared_ptr<const Layout> layout_;
    std::vector<Training> training_;  // By position in Layout::variables().
    std::vector<Judged> judged_;
    VariableBins bins_;  // Reused from variable to variable.
};

}  // namespace boxkited
