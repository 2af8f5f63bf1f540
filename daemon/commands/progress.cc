#include "daemon/commands/progress.h"

#include <unistd.h>

#include <algorithm>
#include <cstdio>

namespace boxkited {

namespace {

constexpr std::chrono::milliseconds kInterval{100};
constexpr std::size_t kBarWidth = 20;

std::string formatted(const char* format, double value) {
    char text[64];
    std::snprintf(text, sizeof text, format, value);
    return text;
}

struct Unit {
    double bytes;
    const char* name;
};

Unit unit_of(std::uint64_t bytes) {
    if (bytes >= 1'000'000'000) return {1e9, " GB"};
    return {1e6, " MB"};
}

std::string bar(double share) {
    const auto full = std::min(static_cast<std::size_t>(share * kBarWidth), kBarWidth);
    return "[" + std::string(full, '#') + std::string(kBarWidth - full, '-') + "]" +
           formatted(" %3.0f%%  ", 100 * share);
}

}  // namespace

std::string progress_line(ReadSoFar done, std::optional<std::uint64_t> total_bytes,
                          std::chrono::duration<double> elapsed) {
    const auto bytes = static_cast<double>(done.bytes);
    const Unit unit = unit_of(total_bytes.value_or(done.bytes));
    std::string line;
    if (total_bytes && *total_bytes > 0)
        line = bar(std::min(bytes / static_cast<double>(*total_bytes), 1.0));
    line += formatted("%.1f", bytes / unit.bytes);
    if (total_bytes) line += formatted(" of %.1f", static_cast<double>(*total_bytes) / unit.bytes);
    const double seconds = std::max(elapsed.count(), 1e-3);
    line += unit.name + formatted("  %.0f rows/s", static_cast<double>(done.rows) / seconds);
    return line;
}

Progress::Progress(std::optional<std::uint64_t> total_bytes, bool is_quiet)
    : total_bytes_(total_bytes), is_shown_(!is_quiet && ::isatty(STDERR_FILENO) == 1) {}

Progress::~Progress() {
    if (is_shown_) std::fputs("\r\033[K", stderr);
}

void Progress::show(ReadSoFar done) {
    if (!is_shown_) return;
    const auto now = Clock::now();
    if (now < next_) return;
    next_ = now + kInterval;
    std::fprintf(stderr, "\r%s\033[K", progress_line(done, total_bytes_, now - begin_).c_str());
    std::fflush(stderr);
}

}  // namespace boxkited
