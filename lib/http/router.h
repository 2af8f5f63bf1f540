#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "http/message.h"

namespace boxkited::http {

using Handler = std::function<void(const Request&, Response&)>;

// One path and what answers it. HEAD goes to the GET handler.
struct Route {
    std::string method;  // "GET" or "POST".
    std::string path;    // Compared byte for byte.
    // A bit of ListenerOptions::serves; 0 when every listener serves it, and asks for no token.
    std::uint32_t group = 0;
    Handler handler;
};

// Finds the handler of a request.
//
// Threads: any thread may call handle(); handlers run on the caller's.
class Router {
public:
    explicit Router(std::vector<Route> routes);

    // Runs the handler of the path, or makes the answer: 404 when no route of a group in
    // `serves` has this path, 405 with `Allow` when one has but not for this method.
    // Returns the index of the route that answered, or -1.
    int handle(const Request& request, std::uint32_t serves, Response& response) const;

    // Whether the path is served by every listener, to whoever asks.
    bool is_for_all(std::string_view path) const;

    const std::vector<Route>& routes() const { return routes_; }

private:
    std::vector<Route> routes_;
};

}  // namespace boxkited::http
