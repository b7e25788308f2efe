// The floor under every answer: the simplest fast asynchronous Beast server, one fixed 200 JSON,
// nothing checked, nothing measured.
#include <CLI/CLI.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/thread_pool.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/http/empty_body.hpp>
#include <boost/beast/http/read.hpp>
#include <boost/beast/http/string_body.hpp>
#include <boost/beast/http/write.hpp>
#include <iostream>
#include <memory>
#include <optional>
#include <vector>

namespace {

namespace asio = boost::asio;
namespace beast = boost::beast;
namespace http = beast::http;
using tcp = asio::ip::tcp;

http::response<http::string_body> fixed_answer() {
    http::response<http::string_body> response{http::status::ok, 11};
    response.set(http::field::server, "bare");
    response.set(http::field::content_type, "application/json");
    response.body() = R"({"status":"ok"})";
    response.prepare_payload();
    return response;
}

class Session : public std::enable_shared_from_this<Session> {
  public:
    explicit Session(tcp::socket socket) : socket_(std::move(socket)) {
        buffer_.reserve(16 * 1024);  // so that a request is read in one go
    }

    void read() {
        parser_.emplace();
        parser_->body_limit(16 * 1024 * 1024);
        http::async_read(socket_, buffer_, *parser_,
                         [self = shared_from_this()](beast::error_code failed, std::size_t) {
                             if (!failed) self->write();
                         });
    }

  private:
    void write() {
        http::async_write(socket_, answer_,
                          [self = shared_from_this()](beast::error_code failed, std::size_t) {
                              if (!failed) self->read();
                          });
    }

    tcp::socket socket_;
    beast::flat_buffer buffer_;
    std::optional<http::request_parser<http::string_body>> parser_;
    http::response<http::string_body> answer_ = fixed_answer();
};

class Listener {
  public:
    Listener(std::uint16_t port, std::size_t threads) {
        for (std::size_t i = 0; i < threads; ++i)
            contexts_.push_back(std::make_unique<asio::io_context>(1));
        acceptor_.emplace(*contexts_.front(),
                          tcp::endpoint(asio::ip::address_v4::loopback(), port));
    }

    void run() {
        accept();
        asio::thread_pool threads(contexts_.size());
        std::vector<asio::executor_work_guard<asio::io_context::executor_type>> guards;
        for (auto& context : contexts_) {
            guards.emplace_back(context->get_executor());
            asio::post(threads, [&context] { context->run(); });
        }
        threads.join();
    }

  private:
    void accept() {
        acceptor_->async_accept(*contexts_[next_++ % contexts_.size()],
                                [this](beast::error_code failed, tcp::socket socket) {
                                    if (!failed) start(std::move(socket));
                                    accept();
                                });
    }

    static void start(tcp::socket socket) {
        socket.set_option(tcp::no_delay(true));
        const auto executor = socket.get_executor();
        const auto session = std::make_shared<Session>(std::move(socket));
        asio::post(executor, [session] { session->read(); });
    }

    std::vector<std::unique_ptr<asio::io_context>> contexts_;
    std::optional<tcp::acceptor> acceptor_;
    std::size_t next_ = 0;
};

}  // namespace

int main(int argc, char** argv) {
    CLI::App program("A bare Beast responder: every request gets one fixed 200 JSON");
    std::uint16_t port = 0;
    std::size_t threads = 1;
    program.add_option("--port", port, "Port on 127.0.0.1")->required();
    program.add_option("--threads", threads, "Network threads")->capture_default_str();
    CLI11_PARSE(program, argc, argv);
    try {
        Listener(port, threads).run();
    } catch (const std::exception& thrown) {
        std::cerr << "croquis-bench-bare: " << thrown.what() << '\n';
        return 1;
    }
}
