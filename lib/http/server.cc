#include "http/server.h"

#include <pthread.h>
#include <signal.h>

#include <future>
#include <string>
#include <thread>
#include <utility>

#include "http/acceptor.h"
#include "http/inherited_sockets.h"
#include "http/listener.h"
#include "http/worker.h"

namespace boxkited::http {

namespace {

// Signals go to threads that wait for them: those started while this lives take none.
class SignalsBlocked {
public:
    SignalsBlocked() {
        sigset_t all;
        sigfillset(&all);
        pthread_sigmask(SIG_SETMASK, &all, &before_);
    }
    ~SignalsBlocked() { pthread_sigmask(SIG_SETMASK, &before_, nullptr); }
    SignalsBlocked(const SignalsBlocked&) = delete;
    SignalsBlocked& operator=(const SignalsBlocked&) = delete;

private:
    sigset_t before_;
};

}  // namespace

class Server::Impl {
public:
    Impl(ServerOptions options, Router router, LineHandler lines, Observer& observer,
         std::vector<Access> access);

    Result<void, StartError> listen(InheritedSockets inherited);
    void start_threads();
    std::vector<std::string> addresses() const;
    void replace_access(std::vector<Access> access) { shared_.replace_access(std::move(access)); }
    bool is_alive();
    void stop(TimePoint deadline);

private:
    void stop_listening();

    Shared shared_;
    std::vector<std::unique_ptr<Worker>> workers_;
    std::vector<std::shared_ptr<Acceptor>> acceptors_;  // On the first worker's loop.
    std::vector<std::jthread> threads_;
};

Server::Impl::Impl(ServerOptions options, Router router, LineHandler lines, Observer& observer,
                   std::vector<Access> access)
    : shared_(std::move(options), std::move(router), std::move(lines), observer,
              std::move(access)) {
    const unsigned threads = std::max(1U, shared_.options.threads);
    for (unsigned i = 0; i < threads; ++i) {
        workers_.push_back(std::make_unique<Worker>(i, shared_));
        shared_.workers.push_back(workers_.back().get());
    }
}

Result<void, StartError> Server::Impl::listen(InheritedSockets inherited) {
    Worker& home = *workers_.front();
    for (std::size_t i = 0; i < shared_.options.listeners.size(); ++i) {
        const ListenerOptions& options = shared_.options.listeners[i];
        UniqueFd socket = inherited.take(options);
        auto listener = socket ? Listener::adopt(std::move(socket)) : Listener::open(options);
        if (!listener) return Failure{std::move(listener).error()};
        acceptors_.push_back(std::make_shared<Acceptor>(*std::move(listener), i, home));
    }
    // Its connections would wait for ever.
    if (const auto left = inherited.left(); !left.empty())
        return Failure{StartError{"a socket that listens on " + left.front() +
                                  " was handed over, and no listener has this address"}};
    return {};
}

void Server::Impl::start_threads() {
    Worker& home = *workers_.front();
    for (const auto& acceptor : acceptors_) {
        acceptor->start();
        home.add_tick([acceptor] { acceptor->resume(); });
    }
    const SignalsBlocked blocked;
    for (const auto& worker : workers_) {
        threads_.emplace_back([&worker] { worker->run(); });
        const std::string name = "http-" + std::to_string(worker->index());
        pthread_setname_np(threads_.back().native_handle(), name.c_str());
    }
}

std::vector<std::string> Server::Impl::addresses() const {
    std::vector<std::string> all;
    for (const auto& acceptor : acceptors_) all.push_back(acceptor->address());
    return all;
}

bool Server::Impl::is_alive() {
    bool alive = true;
    for (const auto& worker : workers_) alive = worker->has_come_round() && alive;
    return alive;
}

void Server::Impl::stop(TimePoint deadline) {
    if (threads_.empty()) return;
    shared_.stopping = true;
    // Connections that are dealt out meanwhile reach their workers before the order to stop does.
    stop_listening();
    for (const auto& worker : workers_) worker->begin_stop(deadline);
    threads_.clear();  // Joins.
}

void Server::Impl::stop_listening() {
    std::promise<void> stopped;
    workers_.front()->post([&] {
        for (const auto& acceptor : acceptors_) acceptor->stop();
        stopped.set_value();
    });
    stopped.get_future().wait();
}

Result<std::unique_ptr<Server>, StartError> Server::start(ServerOptions options, Router router,
                                                          LineHandler lines, Observer& observer,
                                                          std::vector<Access> access,
                                                          InheritedSockets inherited) {
    auto impl = std::make_unique<Impl>(std::move(options), std::move(router), std::move(lines),
                                       observer, std::move(access));
    if (auto listening = impl->listen(std::move(inherited)); !listening)
        return Failure{listening.error()};
    impl->start_threads();
    return std::unique_ptr<Server>(new Server(std::move(impl)));
}

Result<std::unique_ptr<Server>, StartError> Server::start(ServerOptions options, Router router,
                                                          LineHandler lines, Observer& observer,
                                                          std::vector<Access> access) {
    return start(std::move(options), std::move(router), std::move(lines), observer,
                 std::move(access), InheritedSockets());
}

Server::Server(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}

Server::~Server() { stop(std::chrono::steady_clock::now()); }

std::vector<std::string> Server::addresses() const { return impl_->addresses(); }

void Server::replace_access(std::vector<Access> access) {
    impl_->replace_access(std::move(access));
}

bool Server::is_alive() { return impl_->is_alive(); }

void Server::stop(std::chrono::steady_clock::time_point deadline) { impl_->stop(deadline); }

}  // namespace boxkited::http
