#pragma once

#include <chrono>

namespace boxkited {

// A moment on the calendar, UTC, in microseconds.
using WallTime = std::chrono::sys_time<std::chrono::microseconds>;
// A moment of the clock that never jumps.
using MonotonicTime = std::chrono::steady_clock::time_point;

// The clocks of the machine. The seam that tests replace to move time.
//
// Threads: any thread may call any member.
class Clock {
public:
    virtual ~Clock() = default;
    virtual WallTime now() const = 0;
    virtual MonotonicTime monotonic() const = 0;
};

class SystemClock final : public Clock {
public:
    WallTime now() const override {
        return std::chrono::floor<std::chrono::microseconds>(std::chrono::system_clock::now());
    }
    MonotonicTime monotonic() const override { return std::chrono::steady_clock::now(); }
};

}  // namespace boxkited
