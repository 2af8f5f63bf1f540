#include "daemon/drift_history.h"

#include <algorithm>
#include <charconv>
#include <chrono>
#include <cmath>
#include <limits>

namespace boxkited {

namespace {

constexpr std::chrono::hours kSpan{24};

template <typename Number>
std::string number_json(Number number) {
    if (!std::isfinite(number)) return "null";
    char text[64];
    const auto end = std::to_chars(text, text + sizeof text, number).ptr;
    return {text, end};
}

std::string time_json(WallTime time) {
    return number_json(std::chrono::duration<double>(time.time_since_epoch()).count());
}

std::string drifted_json(Verdict verdict) {
    if (verdict == Verdict::kInsufficientData) return "null";
    return verdict == Verdict::kDrifted ? "true" : "false";
}

template <typename Items, typename Text>
std::string array_json(const Items& items, Text text) {
    std::string json = "[";
    for (const auto& item : items) {
        if (json.size() > 1) json += ',';
        json += text(item);
    }
    return json + "]";
}

}  // namespace

void DriftHistory::add(const Evaluation& evaluation) {
    if (layout_ != evaluation.layout) begin_anew(evaluation);
    if (!points_.empty() && points_.back().at >= evaluation.at) go_back(evaluation.at);
    if (++left_out_ < every_) return;
    if (points_.size() == kMostPoints) {
        drop_one_or_every_other();
        if (left_out_ < every_) return;
    }
    left_out_ = 0;
    points_.push_back(point_of(evaluation));
}

// The clock was set back: what seems to be of later would stand before what comes.
void DriftHistory::go_back(WallTime to) {
    while (!points_.empty() && points_.back().at >= to) points_.pop_back();
    if (points_.empty()) every_ = 1;
    left_out_ = every_ - 1;
}

void DriftHistory::begin_anew(const Evaluation& evaluation) {
    layout_ = evaluation.layout;
    windows_.clear();
    for (const WindowDrift& drift : evaluation.windows) windows_.push_back(drift.window.name);
    points_.clear();
    every_ = 1;
    left_out_ = 0;
}

void DriftHistory::drop_one_or_every_other() {
    if (points_.back().at - points_.front().at >= kSpan) return points_.pop_front();
    // The newest is the last of these.
    for (std::size_t i = 0; i < kMostPoints / 2; ++i) points_[i] = std::move(points_[2 * i + 1]);
    points_.resize(kMostPoints / 2);
    every_ *= 2;
}

DriftHistory::Point DriftHistory::point_of(const Evaluation& evaluation) {
    const std::size_t variables = evaluation.layout->variables().size();
    const std::size_t slots = evaluation.windows.size() * variables;
    Point point{evaluation.at, std::vector<float>(slots, std::numeric_limits<float>::quiet_NaN()),
                std::vector<Verdict>(slots, Verdict::kInsufficientData)};
    for (std::size_t window = 0; window < evaluation.windows.size(); ++window)
        for (const VariableDrift& drift : evaluation.windows[window].variables) {
            const std::size_t slot = window * variables + drift.variable;
            if (drift.assessment.score)
                point.scores[slot] = static_cast<float>(*drift.assessment.score);
            point.verdicts[slot] = drift.assessment.verdict;
        }
    return point;
}

std::optional<std::string> DriftHistory::json(std::string_view metric_name) const {
    if (layout_ == nullptr) return std::nullopt;
    const auto& variables = layout_->baseline().variables;
    const auto found = std::find_if(variables.begin(), variables.end(), [&](const auto& each) {
        return each.metric_name == metric_name;
    });
    if (found == variables.end()) return std::nullopt;
    const auto position = static_cast<std::size_t>(found - variables.begin());
    // Names of metrics and windows are letters, digits, `_` and `:`.
    std::string json = "{\"metric_name\":\"" + found->metric_name + "\",\"times\":" +
                       array_json(points_, [](const Point& each) { return time_json(each.at); }) +
                       ",\"windows\":{";
    for (std::size_t window = 0; window < windows_.size(); ++window)
        json += (window > 0 ? ",\"" : "\"") + windows_[window] +
                "\":" + window_json(window * variables.size() + position);
    return json + "}}";
}

std::string DriftHistory::window_json(std::size_t slot) const {
    return "{\"scores\":" +
           array_json(points_, [&](const Point& each) { return number_json(each.scores[slot]); }) +
           ",\"drifted\":" +
           array_json(points_,
                      [&](const Point& each) { return drifted_json(each.verdicts[slot]); }) +
           "}";
}

std::uint64_t DriftHistory::most_bytes(std::size_t windows, std::size_t variables) {
    constexpr std::uint64_t kAllocations = 64;
    return kMostPoints *
           (sizeof(Point) + kAllocations + windows * variables * (sizeof(float) + sizeof(Verdict)));
}

}  // namespace boxkited
