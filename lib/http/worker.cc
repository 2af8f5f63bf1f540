#include "http/worker.h"

#include <sys/socket.h>

#include <algorithm>
#include <cassert>
#include <ctime>
#include <iterator>
#include <system_error>
#include <utility>

#include "base/thread_priority.h"
#include "http/answer.h"
#include "http/http_session.h"
#include "http/line_session.h"

namespace boxkited::http {

namespace {

// How much is read at once: what a Unix socket holds at most by default, and many requests.
constexpr std::size_t kInputBytes = 256 << 10;
// A larger buffer is not kept for the next request.
constexpr std::size_t kLargestSpare = 1 << 20;

// Sessions whose answers are sent together, and how long the first of them waits for the others.
constexpr std::size_t kFinishedTogether = 32;
constexpr std::chrono::microseconds kLongestTogether{200};

// Memory for answers that is kept for the next ones.
constexpr std::size_t kLargestOutput = 16 << 10;

// Connections beyond the limit that may be told so at the same time; more are closed unheard.
constexpr std::size_t kTurnedAwayAtOnce = 64;

// Answers may be large: others, and the order to stop, have their turn between many that settle.
constexpr std::chrono::milliseconds kLongestWaking{20};

constexpr std::chrono::milliseconds kShortestTick{5};

std::chrono::milliseconds tick_period(const ServerOptions& options) {
    using std::chrono::milliseconds;
    const milliseconds shortest = std::min(options.header_time, options.idle_time);
    return std::clamp(shortest / 4, kShortestTick, milliseconds(500));
}

}  // namespace

Shared::Shared(ServerOptions the_options, Router the_router, LineHandler the_lines,
               Observer& the_observer, std::vector<Access> access)
    : options(std::move(the_options)),
      limits{options.header_bytes, options.header_count, options.body_bytes},
      router(std::move(the_router)),
      lines(std::move(the_lines)),
      observer(the_observer) {
    access.resize(options.listeners.size());
    for (std::size_t i = 0; i < access.size(); ++i) {
        const Entrance& made = entrances.emplace_back(std::move(access[i]), router);
        assert(made.has_tls() == options.listeners[i].tls.has_value() &&
               made.has_token() == options.listeners[i].has_token());
    }
}

void Shared::replace_access(std::vector<Access> access) {
    for (std::size_t i = 0; i < entrances.size(); ++i) entrances[i].replace(std::move(access[i]));
}

Worker::Worker(unsigned index, Shared& shared)
    : index_(index),
      shared_(shared),
      mailbox_(std::make_shared<Mailbox>(loop_, [this] { wake_sessions(); })),
      input_(new char[kInputBytes]),  // Not cleared: pages that are never used are never there.
      date_(http_date(std::time(nullptr))) {
    period_ = tick_period(shared.options);
    loop_.repeat(period_, [this] { tick(); });
    loop_.after_each_turn([this] { finish_sessions(); });
}

Worker::~Worker() {
    mailbox_->close();
    close_all();
}

void Worker::run() {
    become_prompt_thread();
    loop_.run();
}

bool Worker::has_come_round() {
    if (!came_round_.exchange(false)) return false;
    loop_.post([this] { came_round_ = true; });
    return true;
}

void Worker::begin_stop(TimePoint deadline) {
    loop_.post([this, deadline] {
        deadline_ = deadline;
        loop_.repeat(std::chrono::milliseconds(10), [this] { tick(); });
        // A connection that ends leaves the list.
        const auto connections = connections_;
        for (const auto& connection : connections) connection->stop();
        if (connections_.empty()) loop_.stop();
    });
}

void Worker::sweep_within(std::chrono::milliseconds period) {
    const auto wanted = std::max(period, kShortestTick);
    if (wanted >= period_ || deadline_) return;
    period_ = wanted;
    loop_.repeat(period_, [this] { tick(); });
}

void Worker::adopt(Arrival arrival) {
    if (deadline_) {
        --shared_.open_connections;
        return;
    }
    if (arrival.workers_to_ask && !evict_idle()) {
        if (*arrival.workers_to_ask == 0) return turn_away(std::move(arrival));
        --*arrival.workers_to_ask;
        Worker* const next = shared_.workers[(index_ + 1) % shared_.workers.size()];
        auto shared_arrival = std::make_shared<Arrival>(std::move(arrival));
        return next->post([next, shared_arrival] { next->adopt(std::move(*shared_arrival)); });
    }
    if (const auto connection = make_connection(arrival)) connection->start();
}

std::shared_ptr<Connection> Worker::make_connection(Arrival& arrival) {
    const ListenerOptions& listener = shared_.options.listeners[arrival.listener];
    try {
        Socket socket(loop_, std::move(arrival.fd));
        std::shared_ptr<Connection> connection;
        if (listener.kind == ListenerOptions::Kind::kLinesUnix) {
            connection = std::make_shared<LineSession>(*this, std::move(socket), arrival.listener);
        } else {
            connection = std::make_shared<HttpSession>(*this, std::move(socket), arrival.listener);
        }
        connection->socket_.tell(connection);
        connection->place_ = connections_.size();
        connections_.push_back(connection);
        shared_.observer.connection_opened(arrival.listener);
        return connection;
    } catch (const std::system_error&) {
        // The kernel has no memory to watch one more socket; the peer sees it closed.
        --shared_.open_connections;
        return nullptr;
    }
}

void Worker::forget(Connection& connection) {
    const std::size_t listener = connection.listener_;
    std::swap(connections_[connection.place_], connections_.back());
    connections_[connection.place_]->place_ = connection.place_;
    connections_.pop_back();
    --shared_.open_connections;
    shared_.observer.connection_closed(listener);
    if (deadline_ && connections_.empty()) loop_.stop();
}

// The one that has been idle for longest of those that have not been idle since before `since`.
Connection* Worker::idle_longest(TimePoint since) const {
    Connection* oldest = nullptr;
    for (const auto& connection : connections_) {
        if (!connection->is_idle() || connection->idle_since() <= since) continue;
        if (oldest == nullptr || connection->idle_since() < oldest->idle_since()) {
            oldest = connection.get();
        }
    }
    return oldest;
}

// Closes the connection that has been idle for longest; false when none is idle. Whether bytes wait
// is a question to the kernel, which is asked of few: there may be thousands of connections, and
// thousands that want their places.
bool Worker::evict_idle() {
    constexpr int kAskedAtMost = 16;
    Connection* oldest = idle_longest(TimePoint::min());
    for (int i = 0; oldest != nullptr && i < kAskedAtMost; ++i) {
        if (!oldest->has_something_to_read()) {
            oldest->close();
            return true;
        }
        oldest = idle_longest(oldest->idle_since());
    }
    return false;
}

void Worker::turn_away(Arrival arrival) {
    const auto kind = shared_.options.listeners[arrival.listener].kind;
    const std::size_t listener = arrival.listener;
    refused(listener, {}, 503);
    if (kind == ListenerOptions::Kind::kLinesUnix || shared_.entrances[listener].has_tls() ||
        shared_.open_connections > shared_.options.connections + kTurnedAwayAtOnce) {
        --shared_.open_connections;
        return;
    }
    const auto connection = make_connection(arrival);
    if (connection) static_cast<HttpSession&>(*connection).turn_away();
}

bool Worker::has_memory_for(std::size_t bytes) const {
    const std::size_t held = shared_.memory.load(std::memory_order_relaxed);
    return held + bytes <= shared_.options.memory_bytes;
}

std::shared_ptr<const std::string> Worker::hold_shared(std::shared_ptr<const std::string> body) {
    return shared_.shared_bodies.hold(std::move(body), shared_.options.memory_bytes);
}

std::function<void()> Worker::make_wake(std::weak_ptr<HttpSession> session, std::uint64_t answer) {
    return [mailbox = mailbox_, letter = Mailbox::Letter{std::move(session), answer}] {
        mailbox->put(letter);
    };
}

void Worker::wake_sessions() {
    auto new_letters = mailbox_->take();
    std::move(new_letters.begin(), new_letters.end(), std::back_inserter(letters_));
    const TimePoint until = std::chrono::steady_clock::now() + kLongestWaking;
    auto end = letters_.begin();
    for (; end != letters_.end() && std::chrono::steady_clock::now() < until; ++end) {
        if (const auto session = end->session.lock()) session->settle(end->answer);
    }
    // All are settled before any is sent, so that a connection sends what it can in one write.
    for (auto letter = letters_.begin(); letter != end; ++letter) {
        if (const auto session = letter->session.lock()) session->send_settled();
    }
    letters_.erase(letters_.begin(), end);
    if (!letters_.empty()) post([this] { wake_sessions(); });
}

void Worker::finish_soon(HttpSession& session, TimePoint now) {
    if (unfinished_.empty()) unfinished_since_ = now;
    unfinished_.push_back(&session);
    if (unfinished_.size() == kFinishedTogether || now - unfinished_since_ >= kLongestTogether)
        finish_sessions();
}

void Worker::finish_sessions() {
    for (HttpSession* const session : unfinished_) session->finish_if_unfinished();
    unfinished_.clear();
}

void Worker::go_on_later(HttpSession& session) {
    gave_way_.push_back(std::static_pointer_cast<HttpSession>(session.shared_from_this()));
    if (gave_way_.size() == 1) post([this] { go_on_with_sessions(); });
}

void Worker::go_on_with_sessions() {
    const TimePoint until = std::chrono::steady_clock::now() + kLongestWaking;
    // One that gives way again comes behind the others.
    for (auto left = gave_way_.size(); left > 0 && std::chrono::steady_clock::now() < until;
         --left) {
        std::exchange(gave_way_.front(), nullptr)->go_on();
        gave_way_.pop_front();
    }
    if (!gave_way_.empty()) post([this] { go_on_with_sessions(); });
}

std::unique_ptr<std::string> Worker::lend_output() {
    if (outputs_.empty()) return std::make_unique<std::string>();
    auto output = std::move(outputs_.back());
    outputs_.pop_back();
    return output;
}

void Worker::give_back(std::unique_ptr<std::string> output) {
    if (output->capacity() > kLargestOutput || outputs_.size() == kFinishedTogether) return;
    output->clear();
    outputs_.push_back(std::move(output));
}

std::ptrdiff_t Worker::receive(int fd, std::string_view& bytes) {
    const std::ptrdiff_t got = ::recv(fd, input_.get(), kInputBytes, MSG_DONTWAIT);
    if (got > 0) {
        bytes = {input_.get(), static_cast<std::size_t>(got)};
        shared_.observer.received(index_, bytes.size());
    }
    return got;
}

std::string_view Worker::open(TlsStream& tls, std::string_view sealed) {
    if (!opened_) opened_.reset(new char[kInputBytes + TlsStream::kMostKept]);
    return {opened_.get(), tls.open(sealed, opened_.get())};
}

void Worker::give_spare(ByteBuffer buffer) {
    if (buffer.capacity() > kLargestSpare || buffer.capacity() <= spare_.capacity()) return;
    buffer.clear();
    spare_ = std::move(buffer);
}

void Worker::tick() {
    date_ = http_date(std::time(nullptr));
    for (const auto& extra : ticks_) extra();
    const TimePoint now = std::chrono::steady_clock::now();
    if (deadline_ && now >= *deadline_) {
        close_all();
        return loop_.stop();
    }
    // From the back: one that ends is replaced by the last, which has had its turn.
    for (std::size_t i = connections_.size(); i-- > 0;) {
        const auto connection = connections_[i];
        connection->sweep(now);
    }
}

void Worker::close_all() {
    while (!connections_.empty()) connections_.back()->close();
}

}  // namespace boxkited::http
