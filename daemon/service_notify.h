#pragma once

#include <string>

namespace boxkited {

// Tell the service manager, when there is one (NOTIFY_SOCKET is set), what the daemon is at.
//
// Threads: any.
void notify_ready(const std::string& status);
void notify_reloading();
void notify_stopping();

}  // namespace boxkited
