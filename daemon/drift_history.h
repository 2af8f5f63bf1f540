#pragma once

#include <cstdint>
#include <deque>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "drift/evaluation.h"

namespace boxkited {

// The scores of past evaluations, of each variable in each window: at most kMostPoints of them. Of
// a short life each evaluation is there; when they become too many every other one goes, until what
// is left spans a day. After a reload of the baseline it begins anew.
//
// Threads: one at a time.
class DriftHistory {
public:
    static constexpr std::size_t kMostPoints = 240;

    void add(const Evaluation& evaluation);

    // {"metric_name", "times", "windows": {"10m": {"scores", "drifted"}}}, times in Unix seconds;
    // null where there was no score, or no verdict. Nothing when there is no such variable.
    std::optional<std::string> json(std::string_view metric_name) const;

    // What it can hold.
    static std::uint64_t most_bytes(std::size_t windows, std::size_t variables);

private:
    // By window, then by position of the variable in the layout.
    struct Point {
        WallTime at;
        std::vector<float> scores;  // NaN: none.
        std::vector<Verdict> verdicts;
    };

    static Point point_of(const Evaluation& evaluation);
    void go_back(WallTime to);
    void begin_anew(const Evaluation& evaluation);
    void drop_one_or_every_other();
    std::string window_json(std::size_t slot) const;

    std::shared_ptr<const Layout> layout_;
    std::vector<std::string> windows_;
    std::deque<Point> points_;
    unsigned every_ = 1;     // Of so many evaluations one is kept.
    unsigned left_out_ = 0;  // Since the last one that was.
};

}  // namespace boxkited
