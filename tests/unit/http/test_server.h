#pragma once

#include <condition_variable>
#include <functional>
#include <future>
#include <memory>
#include <string>
#include <vector>

#include "base/guarded.h"
#include "http/inherited_sockets.h"
#include "http/server.h"
#include "support/temporary_directory.h"
#include "unit/http/raw_client.h"

namespace boxkited::http {

// What an Observer was told, and the lines that were handed on.
struct Seen {
    std::size_t opened = 0;
    std::size_t closed = 0;
    std::size_t received_bytes = 0;
    std::vector<std::pair<int, int>> answered;         // Route, status.
    std::vector<std::pair<std::string, int>> refused;  // Path, status.
    std::vector<LineRefusal> lines_refused;
    std::vector<std::string> handled;  // "POST /echo?query", by handlers.
    std::string lines;
    std::size_t wakes_given = 0;
};

// A real server with a few routes:
//   GET  /hello   "hello"
//   GET  /stuck   nothing, once let_go() is called: its thread waits for it
//   POST /echo    202 and the body
//   GET  /big     8 MiB
//   POST /held    202 and the body, once release_held() is called; "late" (504) after 50 ms when
//                 the query is "impatient"
//   GET  /large   1 MiB, made when release_held() is called; when the query is "shared", the same
//                 for all
class TestServer final : public Observer {
public:
    // On 127.0.0.1, any port, when `options` name no listener.
    explicit TestServer(ServerOptions options = {}, std::vector<Access> access = {},
                        InheritedSockets inherited = {});
    ~TestServer() override;

    const std::string& address(std::size_t listener = 0) const { return addresses_[listener]; }
    RawClient connect(std::size_t listener = 0) const { return RawClient(address(listener)); }
    RawClient connect_over_tls() const { return RawClient::over_tls(address()); }
    Server& server() { return *server_; }
    void stop_within(std::chrono::milliseconds time);
    void release_held();
    void let_go() { go_.set_value(); }

    Seen seen() const;
    // Waits until what was seen fulfils `condition`; false after some seconds.
    bool wait_until(const std::function<bool(const Seen&)>& condition);

    void connection_opened(std::size_t) override;
    void connection_closed(std::size_t) override;
    void received(unsigned, std::size_t bytes) override;
    void answered(unsigned, int route, int status, std::chrono::nanoseconds) override;
    void refused(std::size_t, std::string_view path, int status) override;
    void line_refused(std::size_t, LineRefusal reason) override;

private:
    void note(const std::function<void(Seen&)>& change);
    Router routes();
    void hold(const Request& request, Response& response);
    void hold_large(const Request& request, Response& response);
    std::shared_ptr<Hold> new_hold();

    mutable Guarded<Seen> seen_;
    std::condition_variable changed_;
    Guarded<std::vector<std::function<void()>>> wakes_;
    std::promise<void> go_;
    std::unique_ptr<Server> server_;
    std::vector<std::string> addresses_;
};

// "POST /echo" with a Content-Length.
std::string post(std::string_view path, std::string_view body, std::string_view fields = "");
std::string get(std::string_view path, std::string_view fields = "");

}  // namespace boxkited::http
