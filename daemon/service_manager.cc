#include "daemon/service_manager.h"

#include <systemd/sd-daemon.h>

#include <ctime>
#include <system_error>

namespace boxkited {

namespace {

void notify(const std::string& state) { sd_notify(0, state.c_str()); }

}  // namespace

void notify_ready(const std::string& status) { notify("READY=1\nSTATUS=" + status); }

void notify_reloading() {
    // A reload is told with the time at which it began, of the clock that systemd compares.
    timespec now{};
    clock_gettime(CLOCK_MONOTONIC, &now);
    const long microseconds = now.tv_sec * 1'000'000L + now.tv_nsec / 1'000;
    notify("RELOADING=1\nMONOTONIC_USEC=" + std::to_string(microseconds));
}

void notify_stopping() { notify("STOPPING=1"); }

Result<http::InheritedSockets, http::StartError> inherited_sockets() {
    constexpr int kUnsetVariables = 1;
    const int count = sd_listen_fds(kUnsetVariables);
    if (count < 0)
        return Failure{http::StartError{"LISTEN_FDS: " + std::system_category().message(-count)}};
    http::InheritedSockets sockets;
    for (int fd = SD_LISTEN_FDS_START; fd < SD_LISTEN_FDS_START + count; ++fd) {
        if (auto added = sockets.add(UniqueFd(fd)); !added) return Failure{added.error()};
    }
    return sockets;
}

std::optional<std::chrono::nanoseconds> watchdog_interval() {
    std::uint64_t microseconds = 0;
    if (sd_watchdog_enabled(0, &microseconds) <= 0) return {};
    return std::chrono::microseconds(microseconds / 3);
}

void notify_alive() { notify("WATCHDOG=1"); }

}  // namespace boxkited
