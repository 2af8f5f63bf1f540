#pragma once

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "http/entrance.h"
#include "http/router.h"

namespace boxkited::http {

struct ListenerOptions {
    enum class Kind { kTcp, kUnix, kLinesUnix };
    Kind kind = Kind::kTcp;

    // kTcp: "127.0.0.1:9810", "[::1]:9810", port 0 for any free one.
    // Else the path of a Unix socket, at most 107 bytes. A stale socket there is replaced; a
    // live one, or anything that is no socket, is refused.
    std::string address;

    // Of a Unix socket, in force from its first moment on.
    std::uint32_t mode = 0660;

    // Groups of routes it serves, as bits.
    std::uint32_t serves = ~0U;

    // Of kTcp: where what it takes to speak TLS is kept.
    std::optional<TlsFiles> tls = {};

    // Not of kLinesUnix: where the token is kept that requests have to show, a file or an
    // environment variable. None: they need not.
    std::string token_file = {};
    std::string token_env = {};

    bool has_token() const { return !token_file.empty() || !token_env.empty(); }
};

// What a peer can make the server hold or wait for.
struct ServerOptions {
    std::vector<ListenerOptions> listeners;
    unsigned threads = 1;

    std::size_t body_bytes = 4 << 20;  // After Content-Encoding is undone; one line of a stream.
    std::size_t header_bytes = 8192;
    std::size_t header_count = 100;

    // Open at once. When all are taken, the one idle for longest on the thread of the new one
    // makes room for it; when none is idle, the new one is answered 503.
    std::size_t connections = 1024;

    // Bodies and answers of all connections together; a request beyond is answered 503.
    std::size_t memory_bytes = 64 << 20;

    std::chrono::milliseconds header_time{10'000};  // From the first byte to the last header.
    // The longest silence between requests; the longest until a body is there as a whole, and
    // until an answer is taken as a whole.
    std::chrono::milliseconds idle_time{60'000};
};

// Why a line of a stream is not handed on.
enum class LineRefusal {
    kTooLong,   // Longer than body_bytes.
    kCutOff,    // The stream ended within it.
    kNoMemory,  // memory_bytes is held by others.
};

// What the server tells of itself. All members are called on I/O threads, many times a second.
class Observer {
public:
    virtual ~Observer() = default;
    virtual void connection_opened(std::size_t listener) = 0;
    virtual void connection_closed(std::size_t listener) = 0;
    virtual void received(unsigned thread, std::size_t bytes) = 0;
    // `route` as Router::handle() gives it; from the last byte of the request to its answer.
    virtual void answered(unsigned thread, int route, int status,
                          std::chrono::nanoseconds duration) = 0;
    // A request that the gate or a limit refused before any handler saw it. `path` is empty
    // when it could not be read.
    virtual void refused(std::size_t listener, std::string_view path, int status) = 0;
    virtual void line_refused(std::size_t listener, LineRefusal reason) = 0;
};

// Takes the lines of kLinesUnix listeners: whole lines, each with its newline, many at a time.
using LineHandler = std::function<void(unsigned thread, std::size_t listener, std::string_view)>;

struct StartError {
    std::string message;  // "listen on 127.0.0.1:9810: Address already in use"
};

class InheritedSockets;

// Listens, serves and stops. Knows nothing of what the routes do.
//
// Threads: one that owns it calls the members; `threads` others do the work.
class Server {
public:
    // Binds every listener and begins to serve. `access`, by listener, is what the options of the
    // listener say; it may be left out when none says anything. A listener whose socket is there
    // already takes that one; a socket that is no listener's is an error.
    static Result<std::unique_ptr<Server>, StartError> start(ServerOptions options, Router router,
                                                             LineHandler lines, Observer& observer,
                                                             std::vector<Access> access,
                                                             InheritedSockets inherited);
    static Result<std::unique_ptr<Server>, StartError> start(ServerOptions options, Router router,
                                                             LineHandler lines, Observer& observer,
                                                             std::vector<Access> access = {});
    // Closes what stop() left.
    ~Server();

    // The addresses in force, by listener: a port 0 is the port that was given.
    std::vector<std::string> addresses() const;

    // By listener, as given to start(), with other certificates and tokens. Connections that are
    // open keep their TLS; the next request of each has to show the new token.
    void replace_access(std::vector<Access> access);

    // Whether each of its threads has come round its loop since the last call; true at the first.
    bool is_alive();

    // Stops listening (removes its own sockets), lets requests that have begun be answered until
    // the deadline, closes idle connections, and ends the threads.
    void stop(std::chrono::steady_clock::time_point deadline);

private:
    class Impl;
    explicit Server(std::unique_ptr<Impl> impl);
    std::unique_ptr<Impl> impl_;
};

}  // namespace boxkited::http
