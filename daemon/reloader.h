#pragma once

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "base/guarded.h"
#include "http/message.h"

namespace boxkited {

// What a reload came to.
struct ReloadOutcome {
    std::string error;                       // Empty when it succeeded; else nothing has changed.
    std::vector<std::string> needs_restart;  // Options that differ and were left as they are.
};

// Hands reloads that are asked for over HTTP to the main thread, which reloads upon SIGHUP as
// well: one at a time, and never on a thread that takes predictions.
//
// Threads: any thread may call any member.
class Reloader {
public:
    // An answer that waits for the next reload, which this asks for.
    std::shared_ptr<http::Hold> ask();

    // Why the last reload failed; empty when it succeeded or there was none.
    std::string last_error() const { return *last_error_.lock(); }

    // Reloads, on the caller's thread, and answers all who asked before.
    void run(const std::function<ReloadOutcome()>& reload);

private:
    struct Waiter {
        std::shared_ptr<Guarded<ReloadOutcome>> outcome;
        std::function<void()> wake;
    };

    Guarded<std::vector<Waiter>> waiting_;
    Guarded<std::string> last_error_;
};

}  // namespace boxkited
