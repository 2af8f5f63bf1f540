#include "http/router.h"

#include <catch2/catch.hpp>

using namespace boxkited::http;

namespace {

Router make_router() {
    const auto say = [](const char* text) {
        return [text](const Request& request, Response& response) {
            response.body = std::string(text) + " " + std::string(request.method);
        };
    };
    return Router({{"GET", "/metrics", 1, say("metrics")},
                   {"POST", "/events", 2, say("events")},
                   {"GET", "/both", 0, say("get")},
                   {"POST", "/both", 0, say("post")}});
}

struct Outcome {
    int route = -1;
    Response response;
};

Outcome ask(std::string_view method, std::string_view path, std::uint32_t serves = ~0U) {
    Request request;
    request.method = method;
    request.path = path;
    Outcome outcome;
    outcome.route = make_router().handle(request, serves, outcome.response);
    return outcome;
}

}  // namespace

TEST_CASE("a request goes to the handler of its method and path", "[router]") {
    const Outcome outcome = ask("POST", "/both");

    CHECK(outcome.route == 3);
    CHECK(outcome.response.status == 200);
    CHECK(outcome.response.body == "post POST");
}

TEST_CASE("a path is for all when a route of it is in no group", "[router]") {
    CHECK(make_router().is_for_all("/both"));
    CHECK_FALSE(make_router().is_for_all("/metrics"));
    CHECK_FALSE(make_router().is_for_all("/none"));
}

TEST_CASE("HEAD goes to the GET handler which sees GET", "[router]") {
    const Outcome outcome = ask("HEAD", "/metrics");

    CHECK(outcome.route == 0);
    CHECK(outcome.response.body == "metrics GET");
}

TEST_CASE("a method that the path does not take is 405 with the ones it takes", "[router]") {
    const auto [method, path, allow] = GENERATE(
        table<std::string, std::string, std::string>({{"POST", "/metrics", "GET, HEAD"},
                                                      {"HEAD", "/events", "POST"},
                                                      {"OPTIONS", "/both", "GET, HEAD, POST"},
                                                      {"TRACE", "/both", "GET, HEAD, POST"},
                                                      {"get", "/metrics", "GET, HEAD"}}));
    CAPTURE(method, path);

    const Outcome outcome = ask(method, path);

    CHECK(outcome.route == -1);
    CHECK(outcome.response.status == 405);
    REQUIRE(outcome.response.headers.size() == 1);
    CHECK(outcome.response.headers[0].first == "Allow");
    CHECK(outcome.response.headers[0].second == allow);
}

TEST_CASE("a path that differs in any byte is 404", "[router]") {
    const auto path =
        GENERATE("/", "//metrics", "/metrics/", "/%2e%2e/metrics", "/Metrics", "/x/../metrics");

    const Outcome outcome = ask("GET", path);

    CHECK(outcome.route == -1);
    CHECK(outcome.response.status == 404);
    CHECK(outcome.response.body ==
          "{\"error\":\"path: nothing is served at " + std::string(path) + "\"}");
}

TEST_CASE("a listener answers 404 for groups that it does not serve", "[router]") {
    CHECK(ask("GET", "/metrics", 2).response.status == 404);
    CHECK(ask("POST", "/metrics", 2).response.status == 404);
    CHECK(ask("GET", "/metrics", 1).response.status == 200);
    CHECK(ask("GET", "/both", 0).response.status == 200);
}
