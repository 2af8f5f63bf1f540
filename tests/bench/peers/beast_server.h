#pragma once

#include <boost/asio/ip/tcp.hpp>
#include <boost/beast/core.hpp>
#include <boost/beast/http.hpp>
#include <functional>
#include <memory>
#include <string>

// A server as Beast's examples have it: one thread, a callback for each read and each write, one
// request at a time on a connection.
namespace peers {

namespace asio = boost::asio;
namespace beast = boost::beast;
namespace http = boost::beast::http;
using Request = http::request<http::string_body>;
using Response = http::response<http::string_body>;
using Handler = std::function<Response(const Request&)>;

class Session : public std::enable_shared_from_this<Session> {
public:
    Session(asio::ip::tcp::socket socket, const Handler& handler)
        : stream_(std::move(socket)), handler_(handler) {}

    void read() {
        parser_.emplace();
        parser_->body_limit(64 << 20);
        http::async_read(stream_, buffer_, *parser_,
                         [self = shared_from_this()](beast::error_code error, std::size_t) {
                             if (!error) self->answer();
                         });
    }

private:
    void answer() {
        response_ = handler_(parser_->get());
        response_.keep_alive(parser_->get().keep_alive());
        response_.prepare_payload();
        http::async_write(stream_, response_,
                          [self = shared_from_this()](beast::error_code error, std::size_t) {
                              if (!error && self->response_.keep_alive()) self->read();
                          });
    }

    beast::tcp_stream stream_;
    const Handler& handler_;
    beast::flat_buffer buffer_;
    std::optional<http::request_parser<http::string_body>> parser_;
    Response response_;
};

inline void accept_next(asio::ip::tcp::acceptor& acceptor, const Handler& handler) {
    acceptor.async_accept([&](beast::error_code error, asio::ip::tcp::socket socket) {
        if (!error) {
            socket.set_option(asio::ip::tcp::no_delay(true));
            std::make_shared<Session>(std::move(socket), handler)->read();
        }
        accept_next(acceptor, handler);
    });
}

// Serves until the process ends.
inline void serve(unsigned short port, const Handler& handler) {
    asio::io_context context(1);
    asio::ip::tcp::acceptor acceptor(context, {asio::ip::make_address("127.0.0.1"), port});
    accept_next(acceptor, handler);
    context.run();
}

}  // namespace peers
