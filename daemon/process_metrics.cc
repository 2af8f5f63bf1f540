#include "daemon/process_metrics.h"

#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <iterator>
#include <sstream>
#include <string>

#include "daemon/metric_family.h"

namespace boxkited {

namespace {

using prometheus::MetricType;

void add(std::vector<prometheus::MetricFamily>& out, std::string name, std::string help,
         MetricType type, double value) {
    out.push_back(single_metric(std::move(name), std::move(help), type, value));
}

// Seconds since 1970 at which the machine was started.
double boot_time() {
    std::ifstream stat("/proc/stat");
    for (std::string word; stat >> word;) {
        double seconds = 0;
        if (word == "btime" && stat >> seconds) return seconds;
    }
    return 0;
}

struct ProcessStat {
    double start_ticks = 0;
    double threads = 0;
    double virtual_bytes = 0;
    double resident_pages = 0;
};

// proc(5): the name in parentheses may hold anything, so fields are counted from behind it.
bool read_stat(ProcessStat& stat) {
    std::ifstream file("/proc/self/stat");
    const std::string text(std::istreambuf_iterator<char>(file), {});
    const auto behind_name = text.rfind(')');
    if (behind_name == text.npos) return false;
    std::istringstream fields(text.substr(behind_name + 1));
    std::vector<std::string> values{std::istream_iterator<std::string>(fields), {}};
    constexpr std::size_t kFirst = 3;  // proc(5) numbers the field behind the name so.
    constexpr std::size_t kThreads = 20, kStart = 22, kVirtual = 23, kResident = 24;
    if (values.size() <= kResident - kFirst) return false;
    const auto number = [&](std::size_t field) { return std::stod(values[field - kFirst]); };
    stat = {number(kStart), number(kThreads), number(kVirtual), number(kResident)};
    return true;
}

double cpu_seconds() {
    rusage usage{};
    getrusage(RUSAGE_SELF, &usage);
    const auto seconds = [](const timeval& time) {
        return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_usec) * 1e-6;
    };
    return seconds(usage.ru_utime) + seconds(usage.ru_stime);
}

double open_descriptors() {
    // Since Linux 6.2 the folder's size tells it (proc(5)): thousands need not be counted.
    struct stat folder {};
    if (::stat("/proc/self/fd", &folder) == 0 && folder.st_size > 0)
        return static_cast<double>(folder.st_size);
    std::error_code error;
    std::filesystem::directory_iterator entries("/proc/self/fd", error);
    if (error) return -1;
    // One of them is the iterator's own.
    return static_cast<double>(std::distance(entries, {})) - 1;
}

}  // namespace

void append_process_families(std::vector<prometheus::MetricFamily>& out) {
    add(out, "process_cpu_seconds_total", "Total user and system CPU time spent in seconds.",
        MetricType::Counter, cpu_seconds());
    if (const double descriptors = open_descriptors(); descriptors >= 0)
        add(out, "process_open_fds", "Number of open file descriptors.", MetricType::Gauge,
            descriptors);
    rlimit limit{};
    if (getrlimit(RLIMIT_NOFILE, &limit) == 0)
        add(out, "process_max_fds", "Maximum number of open file descriptors.", MetricType::Gauge,
            static_cast<double>(limit.rlim_cur));

    ProcessStat stat;
    if (!read_stat(stat)) return;
    static const double kBootTime = boot_time();
    static const auto kTicks = static_cast<double>(sysconf(_SC_CLK_TCK));
    static const auto kPageBytes = static_cast<double>(sysconf(_SC_PAGESIZE));
    add(out, "process_threads", "Number of OS threads in the process.", MetricType::Gauge,
        stat.threads);
    add(out, "process_virtual_memory_bytes", "Virtual memory size in bytes.", MetricType::Gauge,
        stat.virtual_bytes);
    add(out, "process_resident_memory_bytes", "Resident memory size in bytes.", MetricType::Gauge,
        stat.resident_pages * kPageBytes);
    add(out, "process_start_time_seconds", "Start time of the process since unix epoch in seconds.",
        MetricType::Gauge, kBootTime + stat.start_ticks / kTicks);
}

}  // namespace boxkited
