#pragma once

#include <deque>
#include <optional>
#include <string>

#include "connection.h"
#include "latencies.h"
#include "requests.h"

namespace load {

struct HttpTargetOptions {
    std::string address;
    RequestForm form;
    std::size_t connections = 16;
    std::size_t depth = 1;    // Requests sent at once on a connection, before any is answered.
    pid_t process = 0;        // Whose CPU time is taken; 0: nobody's.
    bool may_refuse = false;  // Counts a 503 and comes again, rather than failing.
};

struct SliceOptions {
    double warm_seconds = 0.05;
    double seconds = 0.3;
    double rate = 0;            // Requests a second; 0: as many as are answered.
    double scrape_seconds = 0;  // Asks for /metrics, compressed, so often besides; 0: never.
};

// What came of one slice. All but the last four lines are of its measured span.
struct Slice {
    std::uint64_t requests = 0;  // Answered.
    double seconds = 0;
    double cpu_seconds = 0;         // The server's.
    double client_cpu_seconds = 0;  // Near `seconds`: the client is what limits.
    Latencies latencies;            // At a fixed rate: since the time at which it should be sent.

    std::uint64_t all_requests = 0;  // From the first to the last, warming up included.
    std::uint64_t all_bytes = 0;     // Of these.
    std::uint64_t refused = 0;       // Of these.
    std::uint64_t scrapes = 0;
};

// A server that is sent HTTP requests. Its connections stay open from slice to slice.
//
// Threads: one, which sleeps while nothing comes, but spins when the rate is fixed, so that its
// own waking up is no part of a latency.
class HttpTarget {
public:
    explicit HttpTarget(HttpTargetOptions options);

    // Returns with all requests answered. Throws std::runtime_error at any answer but 2xx, when
    // the server closes a connection, or when it doesn't answer for 10 seconds.
    Slice run(const SliceOptions& slice);

private:
    class Run;

    const HttpTargetOptions options_;
    const Requests requests_;
    const Requests scrape_;
    boxkited::UniqueFd epoll_;
    std::deque<Connection> connections_;
    std::optional<Connection> scraper_;  // Once asked for.
    std::size_t next_ = 0;               // Of requests_.
    std::string buffer_;
};

}  // namespace load
