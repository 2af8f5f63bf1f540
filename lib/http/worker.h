#pragma once

#include <atomic>
#include <cstddef>
#include <deque>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/unique_fd.h"
#include "http/byte_buffer.h"
#include "http/connection.h"
#include "http/entrance.h"
#include "http/event_loop.h"
#include "http/known_headers.h"
#include "http/mailbox.h"
#include "http/request_gate.h"
#include "http/server.h"
#include "http/shared_bodies.h"
#include "http/tls_stream.h"

namespace boxkited::http {

// What all workers of a server share.
struct Shared {
    Shared(ServerOptions the_options, Router the_router, LineHandler the_lines,
           Observer& the_observer, std::vector<Access> access);

    void replace_access(std::vector<Access> access);

    const ServerOptions options;
    const GateLimits limits;
    const Router router;
    const LineHandler lines;
    Observer& observer;
    std::deque<Entrance> entrances;  // By listener.

    std::vector<Worker*> workers;  // Constant once threads run.
    std::atomic<std::size_t> open_connections{0};
    std::atomic<std::size_t> memory{0};  // Bytes held for requests and answers.
    SharedBodies shared_bodies{memory};
    std::atomic<bool> stopping{false};  // Each answer is the last of its connection.
};

// A socket on its way from the acceptor to the worker that will serve it.
struct Arrival {
    UniqueFd fd;
    std::size_t listener = 0;
    // All connections were taken when it came: how many more workers to ask for an idle one that
    // can make room. None: there was room.
    std::optional<std::size_t> workers_to_ask;
};

// One I/O thread: its loop, its connections, and what they use in turn.
//
// Threads: its own calls everything, save run(), has_come_round(), post(), begin_stop()
// and the constructor.
class Worker {
public:
    Worker(unsigned index, Shared& shared);
    ~Worker();

    // Serves until begin_stop() is done.
    void run();
    // Whether it has run what the last call of this posted to it; true at the first.
    bool has_come_round();
    // Runs `task` on its thread.
    void post(std::function<void()> task) { loop_.post(std::move(task)); }
    // Lets what has begun be done until the deadline, then ends run().
    void begin_stop(TimePoint deadline);

    void adopt(Arrival arrival);
    void forget(Connection& connection);
    // From now on connections are swept at least once in this time.
    void sweep_within(std::chrono::milliseconds period);
    // Runs a few times a second.
    void add_tick(std::function<void()> tick) { ticks_.push_back(std::move(tick)); }

    // ---- What its connections use ----

    unsigned index() const { return index_; }
    Shared& shared() { return shared_; }
    EventLoop& loop() { return loop_; }
    bool stopping() const { return shared_.stopping.load(std::memory_order_relaxed); }
    // "Sun, 06 Nov 1994 08:49:37 GMT", at most a tick old.
    const std::string& date() const { return date_; }
    // Whether `bytes` more may be held. Several threads may find the same room: then the limit is
    // exceeded by what they hold then.
    bool has_memory_for(std::size_t bytes) const;
    // As SharedBodies::hold(), within the same limit.
    std::shared_ptr<const std::string> hold_shared(std::shared_ptr<const std::string> body);
    std::function<void()> make_wake(std::weak_ptr<HttpSession> session, std::uint64_t answer);

    // Reads what has come into a buffer that is valid until the next call: what recv() returned.
    std::ptrdiff_t receive(int fd, std::string_view& bytes);
    // What is said in bytes that receive() gave, in another buffer of the kind.
    std::string_view open(TlsStream& tls, std::string_view sealed);
    // The session has answered what it has read: its finish_turn() is called soon, at the end of
    // the loop's turn at the latest. So the answers of many sessions leave one after the other,
    // which wakes a peer that has many connections once.
    void finish_soon(HttpSession& session, TimePoint now);
    // The session has had its turn and more to do: its go_on() is called when others have had
    // theirs.
    void go_on_later(HttpSession& session);
    // Where answers are written until they are sent; empty.
    std::unique_ptr<std::string> lend_output();
    void give_back(std::unique_ptr<std::string> output);
    Response& response() { return response_; }
    KnownHeaders& known_headers() { return known_headers_; }
    // A large buffer that was used before, or an empty one.
    ByteBuffer take_spare() { return std::move(spare_); }
    void give_spare(ByteBuffer buffer);

    void refused(std::size_t listener, std::string_view path, int status) {
        shared_.observer.refused(listener, path, status);
    }

private:
    std::shared_ptr<Connection> make_connection(Arrival& arrival);
    Connection* idle_longest(TimePoint since) const;
    bool evict_idle();
    void turn_away(Arrival arrival);
    void tick();
    void wake_sessions();
    void finish_sessions();
    void go_on_with_sessions();
    void close_all();

    const unsigned index_;
    Shared& shared_;
    EventLoop loop_;
    std::shared_ptr<Mailbox> mailbox_;
    std::vector<std::shared_ptr<Connection>> connections_;
    std::vector<std::function<void()>> ticks_;
    std::vector<Mailbox::Letter> letters_;  // Not read yet.

    const std::unique_ptr<char[]> input_;
    std::unique_ptr<char[]> opened_;                     // Null until it is used.
    std::vector<std::unique_ptr<std::string>> outputs_;  // Not lent.
    std::vector<HttpSession*> unfinished_;  // Kept alive by the loop until its turn is over.
    TimePoint unfinished_since_;
    std::deque<std::shared_ptr<HttpSession>> gave_way_;
    Response response_;
    KnownHeaders known_headers_;
    ByteBuffer spare_;
    std::string date_;

    std::atomic<bool> came_round_{true};

    std::chrono::milliseconds period_;   // Between two ticks.
    std::optional<TimePoint> deadline_;  // Once it stops.
};

}  // namespace boxkited::http
