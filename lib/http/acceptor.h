#pragma once

#include <cstddef>
#include <memory>
#include <optional>
#include <string>

#include "http/event_loop.h"
#include "http/listener.h"
#include "http/worker.h"

namespace boxkited::http {

// Takes connections from one listener and deals them out to the workers in turn.
//
// Threads: that of the worker on whose loop it waits, save the constructor and address().
class Acceptor final : public ReadyHandler, public std::enable_shared_from_this<Acceptor> {
public:
    Acceptor(Listener listener, std::size_t index, Worker& home);

    void start();
    // Goes on when accepting failed for want of descriptors or memory.
    void resume();
    // Removes the name, takes what has connected by now, and closes. Of an adopted socket nothing
    // is removed or taken.
    void stop();

    void on_readable() override;
    const std::string& address() const { return address_; }

private:
    bool accept_one();
    void deal(UniqueFd fd);

    std::optional<Listener> listener_;
    const std::string address_;
    const std::size_t index_;
    Worker& home_;
    Socket socket_;
    std::size_t next_worker_ = 0;
    bool is_paused_ = false;
};

}  // namespace boxkited::http
