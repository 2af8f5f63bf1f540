#pragma once

#include <mutex>

#include "base/clock.h"

namespace boxkited {

// A clock that moves when it is told to.
//
// Threads: any thread may call any member.
class ManualClock final : public Clock {
public:
    explicit ManualClock(WallTime now) : now_(now), monotonic_(std::chrono::hours(1)) {}

    WallTime now() const override {
        const std::lock_guard lock(mutex_);
        return now_;
    }
    MonotonicTime monotonic() const override {
        const std::lock_guard lock(mutex_);
        return monotonic_;
    }

    // Time passes.
    void advance(std::chrono::microseconds by) {
        const std::lock_guard lock(mutex_);
        now_ += by;
        monotonic_ += by;
    }
    // Someone sets the clock.
    void jump(std::chrono::microseconds by) {
        const std::lock_guard lock(mutex_);
        now_ += by;
    }

private:
    mutable std::mutex mutex_;
    WallTime now_;
    MonotonicTime monotonic_;
};

}  // namespace boxkited
