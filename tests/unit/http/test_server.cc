#include "unit/http/test_server.h"

#include <stdlib.h>

#include <stdexcept>
#include <utility>

namespace boxkited::http {

namespace {

constexpr std::chrono::seconds kPatience{20};

ServerOptions with_listener(ServerOptions options) {
    if (options.listeners.empty()) {
        options.listeners.push_back({ListenerOptions::Kind::kTcp, "127.0.0.1:0"});
    }
    return options;
}

}  // namespace

TestServer::TestServer(ServerOptions options, std::vector<Access> access,
                       InheritedSockets inherited) {
    const auto lines = [this](unsigned, std::size_t, std::string_view text) {
        note([&](Seen& seen) { seen.lines += text; });
    };
    auto server = Server::start(with_listener(std::move(options)), routes(), lines, *this,
                                std::move(access), std::move(inherited));
    if (!server) throw std::runtime_error(server.error().message);
    server_ = *std::move(server);
    addresses_ = server_->addresses();
}

TestServer::~TestServer() { stop_within(std::chrono::milliseconds(0)); }

void TestServer::stop_within(std::chrono::milliseconds time) {
    server_->stop(std::chrono::steady_clock::now() + time);
}

Router TestServer::routes() {
    const auto counted = [this](Handler handler) {
        return [this, handler = std::move(handler)](const Request& request, Response& response) {
            std::string name = std::string(request.method) + " " + std::string(request.path);
            if (!request.query.empty()) name.append("?").append(request.query);
            note([&](Seen& seen) { seen.handled.push_back(name); });
            handler(request, response);
        };
    };
    const auto hello = [](const Request&, Response& response) {
        response.content_type = "text/plain";
        response.body = "hello";
    };
    const auto stuck = [this](const Request&, Response&) { go_.get_future().wait(); };
    const auto echo = [](const Request& request, Response& response) {
        response.status = 202;
        response.body = request.body;
    };
    const auto big = [](const Request&, Response& response) { response.body.assign(8 << 20, 'x'); };
    const auto held = [this](const Request& request, Response& response) {
        hold(request, response);
    };
    const auto large = [this](const Request& request, Response& response) {
        hold_large(request, response);
    };
    return Router({{"GET", "/hello", 0, counted(hello)},
                   {"POST", "/echo", 1, counted(echo)},
                   {"GET", "/big", 2, counted(big)},
                   {"POST", "/held", 1, counted(held)},
                   {"GET", "/large", 3, counted(large)},
                   {"GET", "/stuck", 0, counted(stuck)}});
}

void TestServer::hold(const Request& request, Response& response) {
    response.status = 202;
    response.body = request.body;
    response.hold = new_hold();
    if (request.query == "impatient") response.hold->at_most = std::chrono::milliseconds(50);
    response.hold->on_settled = [](Response& settled) { settled.body += " settled"; };
    response.hold->on_timeout = [](Response& late) {
        late.status = 504;
        late.body += " late";
    };
}

void TestServer::hold_large(const Request& request, Response& response) {
    static const auto kShared = std::make_shared<const std::string>(1 << 20, 'x');
    response.hold = new_hold();
    response.hold->on_settled = [is_shared = request.query == "shared"](Response& settled) {
        if (is_shared) {
            settled.shared_body = kShared;
        } else {
            settled.body = *kShared;
        }
    };
}

std::shared_ptr<Hold> TestServer::new_hold() {
    auto hold = std::make_shared<Hold>();
    hold->settled_or_wake = [this](std::function<void()> wake) {
        wakes_.lock()->push_back(std::move(wake));
        note([](Seen& seen) { ++seen.wakes_given; });
        return false;
    };
    return hold;
}

void TestServer::release_held() {
    for (const auto& wake : std::exchange(*wakes_.lock(), {})) wake();
}

void TestServer::note(const std::function<void(Seen&)>& change) {
    change(*seen_.lock());
    changed_.notify_all();
}

Seen TestServer::seen() const { return *seen_.lock(); }

bool TestServer::wait_until(const std::function<bool(const Seen&)>& condition) {
    auto seen = seen_.lock();
    return changed_.wait_for(seen.lock(), kPatience, [&] { return condition(*seen); });
}

void TestServer::connection_opened(std::size_t) {
    note([](Seen& seen) { ++seen.opened; });
}
void TestServer::connection_closed(std::size_t) {
    note([](Seen& seen) { ++seen.closed; });
}
void TestServer::received(unsigned, std::size_t bytes) {
    note([&](Seen& seen) { seen.received_bytes += bytes; });
}
void TestServer::answered(unsigned, int route, int status, std::chrono::nanoseconds) {
    note([&](Seen& seen) { seen.answered.emplace_back(route, status); });
}
void TestServer::refused(std::size_t, std::string_view path, int status) {
    note([&](Seen& seen) { seen.refused.emplace_back(path, status); });
}
void TestServer::line_refused(std::size_t, LineRefusal reason) {
    note([&](Seen& seen) { seen.lines_refused.push_back(reason); });
}

std::string post(std::string_view path, std::string_view body, std::string_view fields) {
    return "POST " + std::string(path) + " HTTP/1.1\r\nHost: a\r\n" + std::string(fields) +
           "Content-Length: " + std::to_string(body.size()) + "\r\n\r\n" + std::string(body);
}

std::string get(std::string_view path, std::string_view fields) {
    return "GET " + std::string(path) + " HTTP/1.1\r\nHost: a\r\n" + std::string(fields) + "\r\n";
}

}  // namespace boxkited::http
