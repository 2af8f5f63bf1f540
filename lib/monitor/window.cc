#include "monitor/window.h"

#include <iterator>
#include <utility>

namespace boxkited {

Window::Window(Duration length, MonotonicTime now, Counts counts)
    : length_(length),
      step_(length / kSteps),
      sum_(counts.size()),
      begin_(now),
      mark_(std::move(counts)) {}

void Window::advance(MonotonicTime now, const Counts& counts) {
    // Who wakes up once a step comes a little early or late.
    if (now - begin_ >= step_ - step_ / 10) {
        steps_.push_back({begin_, CountDelta(mark_, counts)});
        steps_.back().growth.add_to(sum_);
        begin_ = now;
        mark_ = counts;
    }
    leave_behind(now);
}

void Window::leave_behind(MonotonicTime now) {
    const auto end_of_oldest = [&] { return steps_.size() > 1 ? steps_[1].begin : begin_; };
    while (!steps_.empty() && now - end_of_oldest() >= length_ - step_ / 2) {
        steps_.front().growth.take_from(sum_);
        steps_.pop_front();
    }
}

Counts Window::growth(const Counts& counts) const {
    Counts growth = counts;
    for (std::size_t slot = 0; slot < mark_.size(); ++slot) growth[slot] -= mark_[slot];
    for (std::size_t slot = 0; slot < sum_.size(); ++slot) growth[slot] += sum_[slot];
    return growth;
}

Window::Duration Window::covered(MonotonicTime now) const {
    return now - (steps_.empty() ? begin_ : steps_.front().begin);
}

void Window::move(const SlotMap& map) {
    for (Step& step : steps_) {
        Counts growth;
        step.growth.add_to(growth);
        step.growth = CountDelta({}, map.applied_to(growth));
    }
    sum_ = map.applied_to(sum_);
    mark_ = map.applied_to(mark_);
}

std::vector<Window::Step> Window::steps(const Counts& counts) const {
    std::vector<Step> steps(steps_.begin(), steps_.end());
    steps.push_back({begin_, CountDelta(mark_, counts)});
    return steps;
}

void Window::restore(std::vector<Step> steps, MonotonicTime end) {
    if (begin_ - end >= length_) return;
    for (; end < begin_; end += step_) steps.push_back({end, CountDelta()});
    std::deque<Step> merged;
    for (std::size_t i = 0; i < steps.size(); ++i) {
        const MonotonicTime step_end = i + 1 < steps.size() ? steps[i + 1].begin : begin_;
        if (!merged.empty() && step_end - merged.back().begin <= step_) {
            Counts growth;
            merged.back().growth.add_to(growth);
            steps[i].growth.add_to(growth);
            merged.back().growth = CountDelta({}, growth);
        } else {
            merged.push_back(std::move(steps[i]));
        }
    }
    for (const Step& step : merged) step.growth.add_to(sum_);
    steps_.insert(steps_.begin(), std::make_move_iterator(merged.begin()),
                  std::make_move_iterator(merged.end()));
    leave_behind(begin_);
}

}  // namespace boxkited
