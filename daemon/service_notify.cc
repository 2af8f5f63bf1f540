#include "daemon/service_notify.h"

#include <systemd/sd-daemon.h>

#include <ctime>

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

}  // namespace boxkited
