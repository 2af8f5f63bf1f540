#pragma once

#include <atomic>
#include <cstdint>
#include <filesystem>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "shipping/ship_error.h"

namespace boxkited {

class ObjectBody;
struct Credentials;

struct HttpRequest {
    std::string url;
    std::vector<std::string> headers;  // "x-amz-date: ..."

    // A body makes it a PUT of so many bytes, else it is a GET.
    ObjectBody* body = nullptr;
    std::uint64_t body_bytes = 0;
    std::string range;  // "0-0"

    // Signs it for S3 in this region; null: it is not signed.
    const Credentials* credentials = nullptr;
    std::string region;

    std::filesystem::path ca_file;  // Empty: the system's authorities.
    std::uint64_t bytes_per_second = 0;
    bool goes_direct = false;  // Through no proxy, whatever the environment says.
};

struct HttpAnswer {
    int status = 0;
    std::map<std::string, std::string> headers;  // By name in small letters.
    std::string body;                            // Its first 64 KiB.
};

// Asks servers over HTTP and HTTPS, one request at a time, on connections that stay open. Follows
// no redirection. A server that is silent for a minute has gone.
//
// Threads: perform() by one, stop() by any.
class HttpClient {
public:
    HttpClient();
    ~HttpClient();

    // kUnreachable when there is no whole answer, kLocal when the body cannot be read.
    Result<HttpAnswer, ShipError> perform(const HttpRequest& request);

    // Ends the request at hand and all later ones at once, with kStopped.
    void stop();

private:
    struct Handles;
    Result<void, ShipError> run_to_end(const std::string& what);

    const std::unique_ptr<Handles> handles_;
    std::atomic<bool> is_stopped_ = false;
};

}  // namespace boxkited
