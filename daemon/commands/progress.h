#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>

namespace boxkited {

// How far reading has come.
struct ReadSoFar {
    std::uint64_t bytes = 0;
    std::uint64_t rows = 0;
};

// "[#####---------------]  25%  0.3 of 1.0 GB  1200000 rows/s"; without a bar when the total is
// not known.
std::string progress_line(ReadSoFar done, std::optional<std::uint64_t> total_bytes,
                          std::chrono::duration<double> elapsed);

// A line on standard error that is overwritten as work goes on, and gone at the end.
//
// Threads: one at a time.
class Progress {
public:
    // Nothing is shown unless standard error is a terminal.
    Progress(std::optional<std::uint64_t> total_bytes, bool is_quiet);
    ~Progress();
    Progress(const Progress&) = delete;
    Progress& operator=(const Progress&) = delete;

    // May be called often: the line changes ten times a second.
    void show(ReadSoFar done);

private:
    using Clock = std::chrono::steady_clock;

    const std::optional<std::uint64_t> total_bytes_;
    const bool is_shown_;
    const Clock::time_point begin_ = Clock::now();
    Clock::time_point next_ = begin_;
};

}  // namespace boxkited
