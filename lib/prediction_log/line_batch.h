#pragma once

#include <chrono>
#include <cstdint>
#include <string>
#include <vector>

#include "base/clock.h"

namespace boxkited {

// The start of the span of event time that one file of the log holds.
using Partition = std::chrono::sys_time<std::chrono::minutes>;

// `span` divides a day.
inline Partition partition_of(WallTime time, std::chrono::minutes span) {
    const auto minute = std::chrono::floor<std::chrono::minutes>(time);
    const auto day = std::chrono::floor<std::chrono::days>(minute);
    return day + (minute - day) / span * span;
}

// Lines on their way to the log, each ended by a newline, in the order in which they came.
// Neighbours of the same partition are one run.
//
// Threads: one at a time.
class LineBatch {
public:
    struct Run {
        Partition partition;
        std::uint64_t bytes = 0;
        std::uint64_t events = 0;
    };

    // Where the next line is to be written; end_line() then says that it is whole.
    std::string& text() { return text_; }
    void end_line(Partition partition) {
        const std::uint64_t bytes = text_.size() - ended_;
        ended_ = text_.size();
        ++events_;
        if (runs_.empty() || runs_.back().partition != partition)
            runs_.push_back({.partition = partition});
        runs_.back().bytes += bytes;
        ++runs_.back().events;
    }
    // Events that came with the lines and are to be counted as accepted, but have none; and values
    // that are in no line though their event has one.
    struct Omitted {
        std::uint64_t events = 0;
        std::uint64_t values = 0;
    };
    void omit_event() { ++omitted_.events, omits_ = true; }
    void omit_values(std::uint64_t count) { omitted_.values += count, omits_ |= count > 0; }

    // Keeps the memory for the next lines, unless it is much.
    void clear() {
        constexpr std::size_t kRemembered = 1 << 20;
        text_.clear();
        if (text_.capacity() > kRemembered) text_.shrink_to_fit();
        runs_.clear();
        ended_ = 0;
        events_ = 0;
        omitted_ = {};
        omits_ = false;
    }

    const std::string& text() const { return text_; }
    const std::vector<Run>& runs() const { return runs_; }
    std::uint64_t bytes() const { return ended_; }
    // Those that have a line.
    std::uint64_t events() const { return events_; }
    const Omitted& omitted() const { return omitted_; }
    bool omits() const { return omits_; }
    bool is_empty() const { return events_ == 0 && !omits_; }

private:
    std::string text_;
    std::vector<Run> runs_;
    std::uint64_t ended_ = 0;
    std::uint64_t events_ = 0;
    Omitted omitted_;
    bool omits_ = false;
};

}  // namespace boxkited
