#include <string>
#include <utility>

#include "base/gzip.h"
#include "http/answer.h"
#include "http/http_session.h"
#include "http/worker.h"

// The half of a session between a request and the bytes of its answer.

namespace boxkited::http {

namespace {

// A larger body is sent from where it is; smaller ones are copied behind their heads, so that many
// answers make one write.
constexpr std::size_t kLargeBody = 32 << 10;
// Output that is sent before further requests are answered.
constexpr std::size_t kOutputBytes = 64 << 10;

void reset(Response& response) {
    response.status = 200;
    response.content_type = "application/json";
    response.body.clear();
    response.shared_body.reset();
    response.headers.clear();
    response.hold.reset();
}

Response overloaded() {
    Response response =
        error_response(503, "memory: requests and answers hold all that is allowed");
    response.headers.emplace_back("Retry-After", "1");
    return response;
}

}  // namespace

void HttpSession::answer(const Header& header, std::string_view body) {
    answered_ = true;
    if (!header.keep_alive || worker_.stopping()) input_over_ = true;
    // What it would do cannot be undone when its answer does not fit either.
    if (!body.empty() && !worker_.has_memory_for(0)) return refuse_work(header);
    if (!header.gzip || body.empty()) return run_handler(header, body);

    const std::size_t limit = worker_.shared().limits.body_bytes;
    const auto inflated = gunzip(body, limit);
    if (inflated) return run_handler(header, *inflated);
    if (inflated.error() == GunzipError::kTooLarge) {
        refuse_body(header, {413, "body: expected at most " + std::to_string(limit) +
                                      " bytes when decompressed"});
    } else {
        refuse_body(header, {400, "body: expected gzip, as Content-Encoding says"});
    }
}

void HttpSession::run_handler(const Header& header, std::string_view body) {
    Request request;
    request.method = header.method;
    request.path = header.path;
    request.query = header.query;
    request.body = body;
    request.content_type = header.content_type;
    request.accept = header.accept;
    request.accept_encoding = header.accept_encoding;
    request.if_none_match = header.if_none_match;
    request.host = header.host;
    request.origin = header.origin;
    request.listener = listener_;
    request.thread = worker_.index();

    Shared& shared = worker_.shared();
    Response& response = worker_.response();
    reset(response);
    const int route =
        shared.router.handle(request, shared.options.listeners[listener_].serves, response);
    const AnswerTerms terms = terms_of(header, route);
    fit_into_memory(response, terms);
    respond(response, terms);
}

AnswerTerms HttpSession::terms_of(const Header& header, int route) const {
    // Only what changes nothing may be refused after it was done.
    const bool may_be_refused = header.method == "GET" || header.method == "HEAD";
    return {route, now_, header.method == "HEAD", header.is_http10, may_be_refused};
}

// Puts a refusal in place of an answer that is too large to be held now.
void HttpSession::fit_into_memory(Response& response, const AnswerTerms& terms) {
    if (body_of(response).size() < kLargeBody || take_memory_for(response)) return;
    if (!terms.may_be_refused) return;
    input_over_ = true;
    response = overloaded();
}

bool HttpSession::take_memory_for(Response& response) {
    if (!response.shared_body) return worker_.has_memory_for(response.body.size());
    auto counted = worker_.hold_shared(response.shared_body);
    if (!counted) return false;
    response.shared_body = std::move(counted);
    return true;
}

HeldAnswers::Admit HttpSession::admit() {
    return [this](HeldAnswers::Answer& answer) {
        account_all();  // Of several that settle in one turn, each sees what those before it took.
        fit_into_memory(answer.response, answer.terms);
    };
}

void HttpSession::refuse(const Refusal& refusal, std::string_view path) {
    worker_.refused(listener_, path, refusal.status);
    input_over_ = answered_ = true;
    Response response = error_response(refusal.status, refusal.message);
    if (refusal.status == 401) response.headers.emplace_back("WWW-Authenticate", "Bearer");
    respond(response, {});
}

// The request is whole, so the connection can go on.
void HttpSession::refuse_body(const Header& header, const Refusal& refusal) {
    worker_.refused(listener_, header.path, refusal.status);
    Response response = error_response(refusal.status, refusal.message);
    respond(response, terms_of(header, AnswerTerms::kRefused));
}

void HttpSession::refuse_work(const Header& header) {
    worker_.refused(listener_, header.path, 503);
    Response response = overloaded();
    respond(response, terms_of(header, AnswerTerms::kRefused));
}

void HttpSession::refuse_for_memory() {
    worker_.refused(listener_, requests_.path(input_.view()), 503);
    input_over_ = answered_ = true;
    drop_input();
    Response response = overloaded();
    respond(response, {});
}

void HttpSession::respond(Response& response, const AnswerTerms& terms) {
    if (response.hold || !held_.empty()) {
        hold_back(std::move(response), terms);
    } else {
        write_answer(response, terms);
    }
}

void HttpSession::hold_back(Response response, const AnswerTerms& terms) {
    const auto hold = response.hold;
    now_ = std::chrono::steady_clock::now();  // What made it may have taken long.
    const std::uint64_t number = held_.push(std::move(response), terms, now_);
    account_all();
    if (!hold) return;
    worker_.sweep_within(hold->at_most / 20);  // A twentieth late is late enough.
    auto self = std::static_pointer_cast<HttpSession>(shared_from_this());
    if (hold->settled_or_wake(worker_.make_wake(std::move(self), number))) settle(number);
}

void HttpSession::write_settled() {
    while (is_open() && outbox_.empty()) {
        auto next = held_.pop_settled();
        if (!next) return;
        write_answer(next->response, next->terms);
    }
}

void HttpSession::write_answer(Response& response, const AnswerTerms& terms) {
    const bool is_last = held_.empty();
    if (is_last && worker_.stopping()) input_over_ = true;
    AnswerStyle style;
    style.head_only = terms.head_only;
    if (is_last && input_over_) {
        style.connection = AnswerStyle::Connection::kClose;
    } else if (terms.is_http10) {
        style.connection = AnswerStyle::Connection::kKeepAlive;
    }
    std::string& output = this->output();
    append_answer_head(output, response, worker_.date(), style);
    const int status = response.status;
    if (has_body(response, style)) {
        if (body_of(response).size() >= kLargeBody) {
            flush(std::move(response.body), std::move(response.shared_body));
        } else {
            output += body_of(response);
        }
    }
    if (output.size() >= kOutputBytes) flush();
    now_ = std::chrono::steady_clock::now();
    if (terms.route == AnswerTerms::kRefused) return;
    worker_.shared().observer.answered(worker_.index(), terms.route, status, now_ - terms.began);
}

void HttpSession::flush(std::string large_body, std::shared_ptr<const std::string> shared_body) {
    if (!output_) return;
    if (is_open()) {
        const auto sent =
            outbox_.send(socket_.fd(), *output_, std::move(large_body), std::move(shared_body));
        if (sent == Outbox::Sent::kBroken) close();
    }
    worker_.give_back(std::move(output_));
}

std::string& HttpSession::output() {
    if (!output_) output_ = worker_.lend_output();
    return *output_;
}

}  // namespace boxkited::http
