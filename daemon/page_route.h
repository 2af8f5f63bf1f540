#pragma once

#include <memory>
#include <string>

#include "http/message.h"

namespace boxkited {

// `GET /`: the drift page, packed for who takes gzip; 304 for who has it already; 404 in a build
// without it.
//
// Threads: any thread may call it.
class PageRoute {
public:
    PageRoute();

    void operator()(const http::Request& request, http::Response& response) const;

private:
    std::shared_ptr<const std::string> html_;
    std::shared_ptr<const std::string> gzip_;
};

}  // namespace boxkited
