// What a line of the prediction log costs the thread that writes it, held against the same bytes
// appended to a fresh file by plain write() calls of 256 KiB.
//
//   log_writer_speed [--slices N] [--lines N] [--per-second N] [--never-sync]
//
// Prints JSON: nanoseconds of CPU for a line of 522 bytes on both sides, slice by slice, and their
// ratios; `synced` are plain writes with an fdatasync() every 16 MiB, as the log has them by
// default. `--per-second` holds both sides to a rate (the log's lines come in batches of 16, as
// from 16 connections); without it they are as fast as they can. The disk that is measured is that
// of TMPDIR (/tmp).
#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <ctime>
#include <fstream>
#include <stdexcept>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

#include "prediction_log/prediction_log.h"
#include "support/temporary_directory.h"

namespace {

using namespace boxkited;

constexpr std::size_t kLineBytes = 522;
constexpr int kBatchLines = 16;
constexpr std::size_t kPlainWrite = 256 << 10;
constexpr std::size_t kPlainSync = 16 << 20;

struct Setting {
    int slices = 15;
    int lines = 250'000;
    int per_second = 0;  // 0: as fast as they are taken.
    bool never_sync = false;
};

[[noreturn]] void fail(const std::string& what) { throw std::runtime_error(what); }

std::string a_line() {
    std::string line = R"({"prediction_id":"server/2024-05-01T13:15:02/6f0c4a7e","metadata":")";
    line.append(kLineBytes - line.size() - 3, 'x');
    return line + "\"}\n";
}

double cpu_ns(clockid_t clock) {
    timespec time{};
    if (::clock_gettime(clock, &time) != 0) fail("clock_gettime");
    return static_cast<double>(time.tv_sec) * 1e9 + static_cast<double>(time.tv_nsec);
}

// The thread of this process that has the name; it may not have begun yet.
unsigned await_thread(std::string_view wanted) {
    for (;;) {
        for (const auto& task : std::filesystem::directory_iterator("/proc/self/task")) {
            std::string name;
            std::getline(std::ifstream(task.path() / "comm"), name);
            if (name == wanted) return static_cast<unsigned>(std::stoul(task.path().filename()));
        }
        std::this_thread::yield();
    }
}

// As the C library numbers the clock of a thread's CPU time.
clockid_t cpu_clock(unsigned thread) { return static_cast<clockid_t>((~thread << 3) | 6U); }

LineBatch a_batch(const PredictionLogOptions& options) {
    LineBatch batch;
    const auto now = partition_of(SystemClock().now(), options.partition);
    for (int i = 0; i < kBatchLines; ++i) {
        batch.text() += a_line();
        batch.end_line(now);
    }
    return batch;
}

// Holds its owner to the rate.
class Pace {
public:
    explicit Pace(int per_second) : per_second_(per_second) {}
    // Until that many lines may have passed.
    void wait(std::size_t lines) const {
        if (per_second_ == 0) return;
        const auto since = std::chrono::duration<double>(double(lines) / per_second_);
        std::this_thread::sleep_until(started_ +
                                      std::chrono::duration_cast<std::chrono::nanoseconds>(since));
    }

private:
    const int per_second_;
    const std::chrono::steady_clock::time_point started_ = std::chrono::steady_clock::now();
};

void append_all(PredictionLog& log, const Setting& setting) {
    const auto batch = a_batch(log.options());
    const Pace pace(setting.per_second);
    for (int lines = 0; lines < setting.lines; lines += kBatchLines) {
        pace.wait(static_cast<std::size_t>(lines));
        while (!log.append(batch, Transport::kHttp))
            std::this_thread::sleep_for(std::chrono::microseconds(100));
    }
    while (log.ledger().queue_bytes > 0) std::this_thread::sleep_for(std::chrono::milliseconds(1));
}

// Nanoseconds of the writer for a line.
double of_log(const Setting& setting, const std::filesystem::path& directory) {
    PredictionLogOptions options;
    options.directory = directory;
    if (setting.never_sync) options.sync = PredictionLogOptions::Sync::kNever;
    const SystemClock clock;
    DiskStorage storage;
    auto log = PredictionLog::open(options, {"bench", "bench", "bench", "bench"}, clock, storage);
    if (!log) fail(to_string(log.error()));
    const clockid_t writer = cpu_clock(await_thread("log-writer"));
    const double before = cpu_ns(writer);
    append_all(**log, setting);
    return (cpu_ns(writer) - before) / static_cast<double>((*log)->ledger().written);
}

double of_plain_writes(const Setting& setting, const std::filesystem::path& file, bool sync) {
    std::string text;
    while (text.size() < kPlainWrite) text += a_line();
    const auto total = static_cast<std::size_t>(setting.lines) * kLineBytes;
    const double before = cpu_ns(CLOCK_THREAD_CPUTIME_ID);
    const int fd = ::open(file.c_str(), O_WRONLY | O_CREAT | O_APPEND | O_EXCL | O_CLOEXEC, 0640);
    if (fd < 0) fail("open " + file.native());
    std::size_t unsynced = 0;
    const Pace pace(setting.per_second);
    for (std::size_t in = 0; in < total; in += kPlainWrite) {
        pace.wait(in / kLineBytes);
        if (::write(fd, text.data(), kPlainWrite) != static_cast<ssize_t>(kPlainWrite))
            fail("write " + file.native());
        unsynced += kPlainWrite;
        if (sync && unsynced >= kPlainSync) {
            if (::fdatasync(fd) != 0) fail("fdatasync " + file.native());
            unsynced = 0;
        }
    }
    ::close(fd);
    return (cpu_ns(CLOCK_THREAD_CPUTIME_ID) - before) / setting.lines;
}

struct Slices {
    std::vector<double> log, plain, synced;
};

Slices measure(const Setting& setting) {
    Slices slices;
    for (int i = 0; i < setting.slices; ++i) {
        const TemporaryDirectory directory;
        slices.log.push_back(of_log(setting, directory / "log"));
        std::filesystem::remove_all(directory / "log");
        slices.plain.push_back(of_plain_writes(setting, directory / "plain", false));
        std::filesystem::remove(directory / "plain");
        slices.synced.push_back(of_plain_writes(setting, directory / "synced", true));
    }
    return slices;
}

void print(const char* name, const std::vector<double>& values, const char* end) {
    std::printf("  \"%s\": [", name);
    for (std::size_t i = 0; i < values.size(); ++i)
        std::printf("%s%.3f", i > 0 ? ", " : "", values[i]);
    std::printf("]%s\n", end);
}

std::vector<double> ratios(const std::vector<double>& of, const std::vector<double>& to) {
    std::vector<double> made;
    for (std::size_t i = 0; i < of.size(); ++i) made.push_back(of[i] / to[i]);
    return made;
}

// For the eye, on standard error.
void summarize(const char* name, std::vector<double> values) {
    std::sort(values.begin(), values.end());
    const auto at = [&](std::size_t quarters) {
        return values[(values.size() - 1) * quarters / 4];
    };
    std::fprintf(stderr, "%-24s %8.2f  (%.2f to %.2f)\n", name, at(2), at(1), at(3));
}

Setting setting_of(int count, char** arguments) {
    Setting setting;
    for (int i = 1; i < count; ++i) {
        const std::string_view name = arguments[i];
        if (name == "--never-sync") {
            setting.never_sync = true;
            continue;
        }
        if (i + 1 == count) fail(std::string(name) + " wants a value");
        const std::string value = arguments[++i];
        if (name == "--slices")
            setting.slices = std::stoi(value);
        else if (name == "--lines")
            setting.lines = std::stoi(value);
        else if (name == "--per-second")
            setting.per_second = std::stoi(value);
        else
            fail("unknown: " + std::string(name));
    }
    return setting;
}

}  // namespace

int main(int count, char** arguments) try {
    const auto slices = measure(setting_of(count, arguments));
    std::printf("{\n");
    print("log_ns", slices.log, ",");
    print("plain_ns", slices.plain, ",");
    print("synced_ns", slices.synced, ",");
    print("log_to_plain", ratios(slices.log, slices.plain), ",");
    print("log_to_synced", ratios(slices.log, slices.synced), "");
    std::printf("}\n");
    summarize("log, ns a line", slices.log);
    summarize("plain, ns a line", slices.plain);
    summarize("synced, ns a line", slices.synced);
    summarize("log / plain", ratios(slices.log, slices.plain));
    summarize("log / synced", ratios(slices.log, slices.synced));
} catch (const std::exception& error) {
    std::fprintf(stderr, "log_writer_speed: %s\n", error.what());
    return 1;
}
