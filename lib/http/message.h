#pragma once

#include <chrono>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace boxkited::http {

// A whole request that has passed the gate. Everything in it is valid while its handler runs.
struct Request {
    std::string_view method;  // "GET", also for HEAD: the session leaves out the body.
    std::string_view path;    // As sent, without the query.
    std::string_view query;   // As sent, without the `?`; empty when there is none.
    std::string_view body;    // Decoded: neither chunked nor compressed.

    // Values of header fields, empty when absent.
    std::string_view content_type;
    std::string_view accept;
    std::string_view accept_encoding;
    std::string_view if_none_match;
    std::string_view host;
    std::string_view origin;

    std::size_t listener = 0;  // Index into ServerOptions::listeners.
    unsigned thread = 0;       // The I/O thread it runs on, from 0 to ServerOptions::threads - 1.
};

struct Hold;

// An answer. The views in it must outlive it, as literals do.
struct Response {
    int status = 200;
    std::string_view content_type = "application/json";
    std::string body;
    // Instead of `body` when set: one that many answers have. It is sent from where it is.
    std::shared_ptr<const std::string> shared_body;
    // Beyond Content-Type, Content-Length, Date and Connection, which the session writes.
    std::vector<std::pair<std::string_view, std::string>> headers;
    // When set, the answer waits for it; answers behind it on the same connection wait too.
    std::shared_ptr<Hold> hold;
};

// Keeps an answer back until something elsewhere is done: on the disk, say.
struct Hold {
    // Called once, on the I/O thread. True: nothing to wait for, the wait is over. Else `wake` is
    // called once, on any thread, when the wait is over; it may outlive the connection and the
    // server.
    std::function<bool(std::function<void()> wake)> settled_or_wake;
    std::chrono::milliseconds at_most{5000};
    // Given `response`, as it was made, when the wait took longer: may change it.
    std::function<void(Response&)> on_timeout;
    // Given `response` when the wait was over in time: may change it. May be empty.
    std::function<void(Response&)> on_settled;
};

// Whichever of the two bodies it has.
std::string_view body_of(const Response& response);

// {"error":"..."} with the given status.
Response error_response(int status, std::string_view message);

}  // namespace boxkited::http
