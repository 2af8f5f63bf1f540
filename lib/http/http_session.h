#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "http/byte_buffer.h"
#include "http/connection.h"
#include "http/held_answers.h"
#include "http/message.h"
#include "http/outbox.h"
#include "http/request_stream.h"
#include "http/tls_stream.h"

namespace boxkited::http {

// One HTTP/1.1 connection, within TLS or not. It reads what has come into the worker's buffer,
// answers every request that is whole, and sends all answers in one write. Only a request that is
// not whole yet, requests that let others have their turn, and an answer that the peer does not
// take, make it hold memory of its own.
//
// Threads: the worker's alone.
class HttpSession final : public Connection {
public:
    HttpSession(Worker& worker, Socket socket, std::size_t listener);

    void start() override;
    // Instead of start(): answers 503 to whatever comes.
    void turn_away();

    void on_readable() override;
    void on_writable() override;
    void sweep(TimePoint now) override;
    void stop() override;
    bool is_idle() const override;
    TimePoint idle_since() const override { return since_; }

    // The wait of a held answer is over.
    void settle(std::uint64_t answer);
    void send_settled();
    // After it gave way to others.
    void go_on();

    // What finish_soon() has put off.
    void finish_if_unfinished();

private:
    // What it waits for, which decides how long it may.
    enum class Phase { kHandshake, kIdle, kHeader, kBody, kHeldAnswer, kSending, kDraining };

    // ---- Bytes in ----
    void begin_turn();
    void read_input();
    void read_body();
    void read_sealed();
    void refuse_plain_http(std::string_view bytes);
    void take_input(std::string_view bytes);
    bool tls_has_ended() const { return tls_ && tls_->state() == TlsStream::State::kEnded; }
    bool make_room(std::size_t bytes);
    void on_received(std::ptrdiff_t got);
    void take_requests(std::string_view bytes);
    void keep(std::string_view bytes, std::size_t used);
    void keep_rest(std::size_t used);
    void drop_input();
    bool may_take_more() const;
    bool has_had_its_turn() const;
    bool gives_way(std::size_t bytes_to_keep) const;

    // ---- Requests to answers ----
    void answer(const Header& header, std::string_view body);
    void run_handler(const Header& header, std::string_view body);
    void refuse(const Refusal& refusal, std::string_view path);
    void refuse_body(const Header& header, const Refusal& refusal);
    void refuse_work(const Header& header);
    void refuse_for_memory();
    AnswerTerms terms_of(const Header& header, int route) const;
    void respond(Response& response, const AnswerTerms& terms);
    void hold_back(Response response, const AnswerTerms& terms);
    void fit_into_memory(Response& response, const AnswerTerms& terms);
    bool take_memory_for(Response& response);
    HeldAnswers::Admit admit();

    // ---- Answers out ----
    void write_answer(Response& response, const AnswerTerms& terms);
    void write_settled();
    void flush(std::string large_body = {}, std::shared_ptr<const std::string> shared_body = {});
    std::string& output();
    void finish_soon();
    void finish_turn();
    void account_all();
    void update_phase();
    void wait();
    void say_goodbye();
    void hang_up();
    void begin_drain();
    void drain();
    bool is_late(TimePoint now, std::chrono::milliseconds allowed) const;
    void time_out(TimePoint now);

    std::unique_ptr<TlsStream> tls_;  // Null: bytes are as they are.
    RequestStream requests_;
    ByteBuffer input_;  // What is not answered yet.
    HeldAnswers held_;
    std::unique_ptr<std::string> output_;  // Null when it is empty.
    Outbox outbox_;

    Phase phase_ = Phase::kIdle;
    TimePoint since_;  // When the phase began.
    TimePoint turn_began_;
    TimePoint now_;  // Of this turn; moves on with each answer.
    std::size_t drained_ = 0;
    bool unfinished_ = false;  // finish_turn() is still to come.
    bool answered_ = false;    // In this turn: a new phase begins even if it is the same.
    bool stalled_ = false;     // There may be whole requests in input_.
    bool gave_way_ = false;    // go_on() is still to come.
    bool input_over_ = false;  // No request behind the last will be taken.
    bool peer_closed_ = false;
    bool waits_for_input_ = false;
};

}  // namespace boxkited::http
