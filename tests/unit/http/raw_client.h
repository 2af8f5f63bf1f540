#pragma once

#include <map>
#include <memory>
#include <string>
#include <string_view>

#include "base/unique_fd.h"
#include "http/tls_stream.h"

namespace boxkited::http {

struct RawAnswer {
    int status = 0;
    std::map<std::string, std::string> fields;  // Names as sent.
    std::string body;
};

// A peer that sends the bytes it is told to, and gives up after some seconds instead of hanging.
class RawClient {
public:
    // "127.0.0.1:9810", "[::1]:9810", or the path of a Unix socket.
    explicit RawClient(const std::string& address);
    // The same within TLS, once the handshake is done; whoever is there is believed. Throws when
    // the handshake fails.
    static RawClient over_tls(const std::string& address);

    void send(std::string_view bytes);
    // Sends as much as the peer takes before it closes.
    void send_what_goes(std::string_view bytes);
    // One answer with a Content-Length; of a HEAD request, its head.
    RawAnswer read_answer(bool head_only = false);
    // Everything until the end; "(reset)" is appended when the connection was broken, "(cut off)"
    // when TLS did not announce the end, "(broken)" when its bytes were bad or it was refused.
    std::string read_to_end();
    // Exactly this many bytes.
    std::string read_bytes(std::size_t count);

    void finish_sending();
    // Within TLS: says that nothing follows, and leaves the socket as it is.
    void finish_talking();
    // Within TLS: sends these bytes as they are.
    void send_unsealed(std::string_view bytes);
    void reset();  // Closes so that the peer gets RST.
    void shrink_receive_buffer();

private:
    bool read_more();
    bool open_sealed(std::string_view sealed);

    UniqueFd fd_;
    std::unique_ptr<TlsStream> tls_;
    std::string received_;
};

}  // namespace boxkited::http
