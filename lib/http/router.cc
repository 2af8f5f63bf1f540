#include "http/router.h"

#include <algorithm>
#include <set>
#include <utility>

namespace boxkited::http {

namespace {

bool is_served(const Route& route, std::uint32_t serves) {
    return route.group == 0 || (route.group & serves) != 0;
}

// "GET, HEAD": what the served routes of a path take.
std::string allowed_methods(const std::vector<Route>& routes, std::string_view path,
                            std::uint32_t serves) {
    std::set<std::string_view> methods;
    for (const Route& route : routes) {
        if (route.path != path || !is_served(route, serves)) continue;
        methods.insert(route.method);
        if (route.method == "GET") methods.insert("HEAD");
    }
    std::string list;
    for (const std::string_view method : methods) {
        if (!list.empty()) list += ", ";
        list += method;
    }
    return list;
}

void answer_not_found(const Request& request, Response& response) {
    response = error_response(404, "path: nothing is served at " + std::string(request.path));
}

void answer_not_allowed(const Request& request, std::string allowed, Response& response) {
    response = error_response(405, "method: " + std::string(request.method) + " is not among " +
                                       allowed + " at " + std::string(request.path));
    response.headers.emplace_back("Allow", std::move(allowed));
}

}  // namespace

Router::Router(std::vector<Route> routes) : routes_(std::move(routes)) {}

bool Router::is_for_all(std::string_view path) const {
    return std::any_of(routes_.begin(), routes_.end(),
                       [&](const Route& route) { return route.path == path && route.group == 0; });
}

int Router::handle(const Request& request, std::uint32_t serves, Response& response) const {
    if (request.method == "HEAD") {
        Request get = request;
        get.method = "GET";
        return handle(get, serves, response);
    }
    bool path_is_known = false;
    for (std::size_t i = 0; i < routes_.size(); ++i) {
        const Route& route = routes_[i];
        if (route.path != request.path || !is_served(route, serves)) continue;
        if (route.method == request.method) return route.handler(request, response), int(i);
        path_is_known = true;
    }
    if (path_is_known) {
        answer_not_allowed(request, allowed_methods(routes_, request.path, serves), response);
    } else {
        answer_not_found(request, response);
    }
    return -1;
}

}  // namespace boxkited::http
