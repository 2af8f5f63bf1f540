#pragma once

#include <chrono>
#include <optional>
#include <string>

#include "base/result.h"
#include "http/inherited_sockets.h"
#include "http/server.h"

namespace boxkited {

// What the daemon and the service manager that started it, when one did, have to tell each other:
// systemd, or whatever speaks as it does through NOTIFY_SOCKET, LISTEN_FDS and WATCHDOG_USEC.
//
// Threads: any, save inherited_sockets().

void notify_ready(const std::string& status);
void notify_reloading();
void notify_stopping();

// The sockets that it hands over, once. To be called before there are other threads, since it
// removes the variables that tell of them.
Result<http::InheritedSockets, http::StartError> inherited_sockets();

// How often it has to hear that the daemon is alive: three times before it loses patience. None
// when it does not ask.
std::optional<std::chrono::nanoseconds> watchdog_interval();
void notify_alive();

}  // namespace boxkited
