#pragma once

#include <chrono>
#include <deque>
#include <vector>

#include "base/clock.h"
#include "monitor/count_delta.h"
#include "monitor/slot_map.h"

namespace boxkited {

// How counts grew within the last while: a window that slides over them in steps of a sixtieth of
// its length. The time that it covers is within half a step of its length, once it is full.
//
//   Window window(10min, now, counts);
//   window.advance(now + 10s, counts);  // At least once a step, or the window slides in leaps.
//   window.growth(counts);              // Up to this moment.
//
// Threads: one at a time.
class Window {
public:
    static constexpr int kSteps = 60;
    // Those of earlier processes may be half as long, the one at hand has just begun.
    static constexpr int kMostSteps = 2 * kSteps + 3;

    using Duration = MonotonicTime::duration;
    struct Step {
        MonotonicTime begin;
        CountDelta growth;
    };

    // Empty. `counts` are those of all time until now.
    Window(Duration length, MonotonicTime now, Counts counts);

    // Ends the step at hand when it is due, and leaves behind what is too old.
    void advance(MonotonicTime now, const Counts& counts);
    MonotonicTime next_step() const { return begin_ + step_; }

    Counts growth(const Counts& counts) const;
    Duration covered(MonotonicTime now) const;

    // Goes on in another layout, in which the counts of all time go on as well.
    void move(const SlotMap& map);

    // All steps, the oldest first; the last is the one at hand, up to `counts`.
    std::vector<Step> steps(const Counts& counts) const;
    // Puts steps of an earlier process, the oldest first, before what is here; they ended at `end`,
    // and nothing came since. Short ones are put together.
    void restore(std::vector<Step> steps, MonotonicTime end);

    Duration length() const { return length_; }

private:
    void leave_behind(MonotonicTime now);

    Duration length_;
    Duration step_;
    std::deque<Step> steps_;  // The oldest first.
    Counts sum_;              // Of all steps.
    MonotonicTime begin_;     // Of the step at hand,
    Counts mark_;             // and the counts of all time then.
};

}  // namespace boxkited
