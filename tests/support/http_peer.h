#pragma once

#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/read.hpp>
#include <boost/asio/write.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/http/parser.hpp>
#include <boost/beast/http/read.hpp>
#include <boost/beast/http/string_body.hpp>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>

namespace croquis::testing_support {

/// What came back, or status 0 where the connection ended instead.
struct Answer {
    int status = 0;
    boost::beast::http::fields headers;
    std::string body;

    [[nodiscard]] std::string header(std::string_view name) const {
        const auto found = headers.find(name);
        return found == headers.end() ? std::string() : std::string(found->value());
    }
    [[nodiscard]] bool has(std::string_view name) const {
        return headers.find(name) != headers.end();
    }
};

/// A client that sends exactly the bytes it is told to, and waits for answers as long as it takes
/// (the test's own time limit is the only clock).
class HttpPeer {
  public:
    explicit HttpPeer(std::uint16_t port) : socket_(io_) {
        socket_.connect({boost::asio::ip::address_v4::loopback(), port});
    }

    /// Errors are dropped: the other side may have closed already, which the next read() tells.
    void send(std::string_view bytes) {
        boost::system::error_code ignored;
        boost::asio::write(socket_, boost::asio::buffer(bytes), ignored);
    }

    Answer read(bool to_head = false) {
        boost::beast::http::response_parser<boost::beast::http::string_body> parser;
        parser.body_limit(256 * 1024 * 1024);
        parser.skip(to_head);
        boost::system::error_code failed;
        boost::beast::http::read(socket_, buffer_, parser, failed);
        if (failed) return {};
        auto& message = parser.get();
        return {static_cast<int>(message.result_int()), message.base(), std::move(message.body())};
    }

    Answer ask(std::string_view bytes) {
        send(bytes);
        return read();
    }

    Answer get(std::string_view target, std::string_view more_headers = "") {
        return ask(request("GET", target, more_headers));
    }

    static std::string request(std::string_view method, std::string_view target,
                               std::string_view more_headers = "", std::string_view body = "") {
        std::string text;
        text.append(method).append(" ").append(target).append(" HTTP/1.1\r\nHost: localhost\r\n");
        text.append(more_headers);
        if (!body.empty())
            text.append("Content-Length: ").append(std::to_string(body.size())).append("\r\n");
        return text.append("\r\n").append(body);
    }

    /// Reads to the end: true where the other side closed without another byte.
    bool is_closed() {
        boost::system::error_code failed;
        char byte = 0;
        const auto got = boost::asio::read(socket_, boost::asio::buffer(&byte, 1), failed);
        return buffer_.size() == 0 && got == 0 && failed;
    }

    void stop_sending() { socket_.shutdown(boost::asio::ip::tcp::socket::shutdown_send); }
    boost::asio::ip::tcp::socket& socket() { return socket_; }

  private:
    boost::asio::io_context io_;
    boost::asio::ip::tcp::socket socket_;
    boost::beast::flat_buffer buffer_;
};

}  // namespace croquis::testing_support
