#pragma once

#include <sys/types.h>

#include <cstdint>
#include <ctime>

namespace load {

using Nanoseconds = std::uint64_t;

inline Nanoseconds read_clock(clockid_t clock) {
    timespec time{};
    clock_gettime(clock, &time);
    return static_cast<Nanoseconds>(time.tv_sec) * 1'000'000'000 +
           static_cast<Nanoseconds>(time.tv_nsec);
}
inline Nanoseconds now() { return read_clock(CLOCK_MONOTONIC); }
inline Nanoseconds from_seconds(double seconds) { return static_cast<Nanoseconds>(seconds * 1e9); }
inline double to_seconds(Nanoseconds time) { return static_cast<double>(time) / 1e9; }

// CPU time of all threads of a process, those that have ended included; 0 for process 0.
inline Nanoseconds cpu_time(pid_t process) {
    clockid_t clock{};
    return process != 0 && clock_getcpuclockid(process, &clock) == 0 ? read_clock(clock) : 0;
}

}  // namespace load
