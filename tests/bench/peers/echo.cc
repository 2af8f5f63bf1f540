// Beast and nothing else: answers each request with its own body.
//
//   echo PORT
#include <iostream>
#include <optional>
#include <utility>

#include "beast_server.h"

int main(int count, char** arguments) {
    if (count != 2) {
        std::cerr << "usage: echo PORT\n";
        return 2;
    }
    peers::serve(static_cast<unsigned short>(std::stoul(arguments[1])),
                 [](const peers::Request& request) {
                     peers::Response response(peers::http::status::ok, request.version());
                     response.body() = request.body();
                     return response;
                 });
}
