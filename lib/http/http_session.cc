#include "http/http_session.h"

#include <sys/socket.h>

#include <algorithm>
#include <cerrno>
#include <utility>

#include "http/worker.h"

// A turn: bytes come, whole requests are taken from them one by one, each is answered into the
// output, what remains is kept; a little later the output is sent, and the session waits for the
// next thing. Reading stops while the peer does not take its answers, or too many are held back.

namespace boxkited::http {

namespace {

using namespace std::chrono_literals;

// A body of which more is missing is read in place instead of through the worker's buffer.
constexpr std::size_t kReadInPlace = 32 << 10;
constexpr std::size_t kBodyStep = 64 << 10;

// Requests that came together are answered for this long; then other connections have their turn.
constexpr auto kLongestTurn = 1ms;

// Answers held back at once; then reading waits for them.
constexpr std::size_t kHeldAtOnce = 64;

// After an answer that ends the connection, what the peer still sends is read and dropped, so that
// its kernel is not told to forget the answer. So many bytes, and not for long (sweep()).
constexpr std::size_t kDrainBytes = 8 << 20;

bool is_temporary(int error) { return error == EAGAIN || error == EINTR; }

std::unique_ptr<TlsStream> make_tls(const Entrance& entrance) {
    return entrance.has_tls() ? std::make_unique<TlsStream>(entrance.tls()) : nullptr;
}

const Entrance* asking_for_token(const Entrance& entrance) {
    return entrance.has_token() ? &entrance : nullptr;
}

}  // namespace

HttpSession::HttpSession(Worker& worker, Socket socket, std::size_t listener)
    : Connection(worker, std::move(socket), listener),
      tls_(make_tls(worker.shared().entrances[listener])),
      requests_(worker.shared().limits, worker.known_headers(),
                asking_for_token(worker.shared().entrances[listener])),
      phase_(tls_ ? Phase::kHandshake : Phase::kIdle),
      since_(std::chrono::steady_clock::now()),
      turn_began_(since_),
      now_(since_) {
    outbox_.seal_with(tls_.get());
}

void HttpSession::start() { wait(); }

void HttpSession::turn_away() {
    Response response = error_response(503, "connections: all that are allowed are taken");
    response.headers.emplace_back("Retry-After", "1");
    input_over_ = true;
    respond(response, {});
    finish_turn();
}

void HttpSession::on_readable() {
    waits_for_input_ = false;
    if (!is_open()) return;
    if (phase_ == Phase::kDraining) return drain();
    if (input_over_ || gave_way_ || !outbox_.empty()) return;
    begin_turn();
    if (tls_) {
        read_sealed();
    } else if (requests_.needed() > input_.size() + kReadInPlace) {
        read_body();
    } else {
        read_input();
    }
}

void HttpSession::begin_turn() { turn_began_ = now_ = std::chrono::steady_clock::now(); }

void HttpSession::on_received(std::ptrdiff_t got) {
    if (got < 0) return is_temporary(errno) ? wait() : close();
    // A peer that says no more may still wait for answers.
    input_over_ = peer_closed_ = true;
    finish_turn();
}

void HttpSession::read_input() {
    std::string_view bytes;
    const std::ptrdiff_t got = worker_.receive(socket_.fd(), bytes);
    if (got <= 0) return on_received(got);
    take_input(bytes);
}

void HttpSession::take_input(std::string_view bytes) {
    const bool will_be_kept = !input_.empty() || requests_.in_chunks();
    if (will_be_kept && !worker_.has_memory_for(bytes.size())) {
        refuse_for_memory();
    } else if (input_.empty()) {
        take_requests(bytes);
    } else {
        input_.append(bytes);
        take_requests(input_.view());
    }
    finish_soon();
}

// What is said within TLS goes the way of what comes as it is. After this nothing is left within
// TLS but a record that is not whole: what is still to be read is in the kernel, which tells of it.
void HttpSession::read_sealed() {
    std::string_view sealed;
    const std::ptrdiff_t got = worker_.receive(socket_.fd(), sealed);
    if (got <= 0) return on_received(got);
    const std::string_view bytes = worker_.open(*tls_, sealed);
    if (tls_->state() == TlsStream::State::kPlainHttp) return refuse_plain_http(sealed);
    if (outbox_.send_rest(socket_.fd()) == Outbox::Sent::kBroken) return close();
    if (tls_->state() == TlsStream::State::kBroken) {
        return held_.empty() && outbox_.empty() ? begin_drain() : close();
    }
    if (bytes.empty()) return finish_turn();
    take_input(bytes);
}

void HttpSession::refuse_plain_http(std::string_view bytes) {
    tls_.reset();
    outbox_.seal_with(nullptr);
    refuse({400, "this listener speaks HTTPS: expected TLS, got plain HTTP"},
           requests_.path(bytes));
    finish_turn();
}

// Reads a large body where it will stay. Memory follows what has come, never what was announced.
void HttpSession::read_body() {
    const std::size_t missing = requests_.needed() - input_.size();
    if (!make_room(std::min(missing, std::max(kBodyStep, input_.size())))) {
        refuse_for_memory();
        return finish_turn();
    }
    const std::size_t size = std::min(missing, input_.capacity() - input_.size());
    char* const room = input_.room(size);
    const std::ptrdiff_t got = ::recv(socket_.fd(), room, size, MSG_DONTWAIT);
    if (got <= 0) return on_received(got);
    input_.grew(static_cast<std::size_t>(got));
    worker_.shared().observer.received(worker_.index(), static_cast<std::size_t>(got));
    if (static_cast<std::size_t>(got) == missing) take_requests(input_.view());
    finish_soon();
}

// Makes input_ large enough for `bytes` more, if that much may be held.
bool HttpSession::make_room(std::size_t bytes) {
    const std::size_t size = input_.size() + bytes;
    if (size <= input_.capacity()) return true;
    ByteBuffer spare = worker_.take_spare();
    if (spare.capacity() >= size && worker_.has_memory_for(spare.capacity())) {
        spare.append(input_.view());
        input_ = std::move(spare);
        return true;
    }
    if (!worker_.has_memory_for(size - input_.capacity())) return false;
    input_.room(bytes);
    return true;
}

bool HttpSession::may_take_more() const {
    return is_open() && !input_over_ && outbox_.empty() && held_.size() < kHeldAtOnce;
}

bool HttpSession::has_had_its_turn() const { return now_ - turn_began_ >= kLongestTurn; }

// What is left must be kept meanwhile: to refuse it for want of memory would be worse.
bool HttpSession::gives_way(std::size_t bytes_to_keep) const {
    return has_had_its_turn() && (bytes_to_keep == 0 || worker_.has_memory_for(bytes_to_keep));
}

void HttpSession::take_requests(std::string_view bytes) {
    const bool is_own = !input_.empty();
    std::size_t used = 0;
    bool needs_more = false;
    while (used < bytes.size() && !needs_more && may_take_more() &&
           !gives_way(is_own ? 0 : bytes.size() - used)) {
        const std::string_view rest = bytes.substr(used);
        switch (requests_.next(rest)) {
            case RequestStream::Step::kRequest:
                answer(requests_.header(), requests_.body());
                requests_.done();
                break;
            case RequestStream::Step::kNeedsMore:
                needs_more = true;
                break;
            case RequestStream::Step::kRefused:
                refuse(requests_.refusal(), requests_.path(rest));
                break;
        }
        used += requests_.taken();
    }
    stalled_ = used < bytes.size() && !needs_more;
    keep(bytes, used);
}

// Keeps what is behind the `used` bytes for the next turn.
void HttpSession::keep(std::string_view bytes, std::size_t used) {
    if (input_over_) return drop_input();
    const bool is_own = !input_.empty();
    if (used == bytes.size()) {
        if (is_own) drop_input();
    } else if (is_own) {
        keep_rest(used);
    } else if (worker_.has_memory_for(bytes.size() - used)) {
        input_.append(bytes.substr(used));
    } else {
        refuse_for_memory();
    }
}

// Of its own bytes. A large buffer is not kept for a few.
void HttpSession::keep_rest(std::size_t used) {
    const std::string_view rest = input_.view().substr(used);
    if (input_.capacity() <= kReadInPlace || rest.size() > input_.capacity() / 4)
        return input_.drop_front(used);
    ByteBuffer small;
    small.append(rest);
    input_.clear();
    worker_.give_spare(std::exchange(input_, std::move(small)));
}

void HttpSession::drop_input() {
    stalled_ = false;
    if (input_.capacity() > kReadInPlace) {
        input_.clear();
        worker_.give_spare(std::move(input_));
    }
    input_.release();
}

void HttpSession::on_writable() {
    if (!is_open() || outbox_.empty()) return;
    begin_turn();
    if (outbox_.send_rest(socket_.fd()) == Outbox::Sent::kBroken) return close();
    finish_turn();
}

void HttpSession::settle(std::uint64_t answer) {
    if (!is_open()) return;
    held_.settle(answer, admit());
    account_all();
}

void HttpSession::send_settled() {
    if (!is_open() || phase_ == Phase::kDraining) return;
    begin_turn();
    finish_turn();
}

void HttpSession::go_on() {
    gave_way_ = false;
    send_settled();
}

void HttpSession::finish_soon() {
    unfinished_ = true;
    worker_.finish_soon(*this, now_);
}

void HttpSession::finish_if_unfinished() {
    if (unfinished_ && is_open()) finish_turn();
}

// Sends what can be sent, goes on with requests that had to wait for that, and waits.
void HttpSession::finish_turn() {
    unfinished_ = false;
    for (;;) {
        write_settled();
        if (held_.empty() && outbox_.empty() && requests_.take_wants_continue()) {
            output() += "HTTP/1.1 100 Continue\r\n\r\n";
        }
        flush();
        if (!is_open()) return;
        if (!stalled_ || !may_take_more() || has_had_its_turn()) break;
        take_requests(input_.view());
    }
    // All whole requests are taken, so that what is left will never be one.
    if (tls_has_ended() && !stalled_) input_over_ = peer_closed_ = true;
    const bool is_over = input_over_ && held_.empty() && outbox_.empty();
    if (is_over && peer_closed_) return hang_up();
    if (is_over) return begin_drain();
    update_phase();
    if (phase_ == Phase::kIdle && worker_.stopping() && !has_something_to_read()) {
        return begin_drain();
    }
    wait();
    account_all();
}

void HttpSession::account_all() {
    if (!is_open()) return;
    account(input_.capacity() + requests_.memory() + held_.memory() + outbox_.memory());
}

void HttpSession::update_phase() {
    const auto next = [this] {
        if (tls_ && tls_->state() == TlsStream::State::kHandshake) return Phase::kHandshake;
        if (!outbox_.empty()) return Phase::kSending;
        if (!held_.empty()) return Phase::kHeldAnswer;
        if (requests_.in_body()) return Phase::kBody;
        const bool has_begun = !input_.empty() || (tls_ && tls_->is_within_record());
        return has_begun ? Phase::kHeader : Phase::kIdle;
    }();
    if (next != phase_ || answered_) since_ = now_;
    answered_ = false;
    phase_ = next;
}

void HttpSession::wait() {
    if (!outbox_.empty()) {
        socket_.when_writable();
    } else if (stalled_ && may_take_more()) {
        if (!std::exchange(gave_way_, true)) worker_.go_on_later(*this);
    } else if (!input_over_ && held_.size() < kHeldAtOnce &&
               !std::exchange(waits_for_input_, true)) {
        socket_.when_readable();
    }
}

// Within TLS a peer is told that nothing follows: else it could not tell this from a stream that
// somebody has cut off.
void HttpSession::say_goodbye() {
    if (!tls_) return;
    tls_->finish();
    (void)outbox_.send_rest(socket_.fd());  // Whoever does not read has no use for it.
}

void HttpSession::hang_up() {
    say_goodbye();
    close();
}

// Tells the peer that nothing follows, and waits for it to close.
void HttpSession::begin_drain() {
    drop_input();
    requests_.done();
    say_goodbye();
    account(0);
    phase_ = Phase::kDraining;
    since_ = now_;
    ::shutdown(socket_.fd(), SHUT_WR);
    if (!std::exchange(waits_for_input_, true)) socket_.when_readable();
}

void HttpSession::drain() {
    std::string_view dropped;
    const std::ptrdiff_t got = worker_.receive(socket_.fd(), dropped);
    if (got == 0 || (got < 0 && !is_temporary(errno))) return close();
    drained_ += dropped.size();
    if (drained_ > kDrainBytes) return close();
    waits_for_input_ = true;
    socket_.when_readable();
}

void HttpSession::stop() {
    if (is_idle() && !has_something_to_read()) hang_up();
}

bool HttpSession::is_idle() const {
    const bool has_nothing_begun = phase_ == Phase::kIdle || phase_ == Phase::kHandshake;
    return has_nothing_begun && !unfinished_;
}

}  // namespace boxkited::http
