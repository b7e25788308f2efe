#pragma once

#include <boost/asio/awaitable.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <string>

#include "http/message.h"
#include "http/server_state.h"

namespace croquis::http {

class IncomingBody;

/// One connection of a network thread, and the requests on it, one after another. All of it runs on
/// the network thread's thread.
class Connection {
  public:
    Connection(Server::Impl& server, NetworkThread& network_thread,
               boost::asio::ip::tcp::socket socket);
    ~Connection();
    Connection(const Connection&) = delete;
    Connection& operator=(const Connection&) = delete;

    boost::asio::awaitable<void> serve();
    /// Answers 503 to whatever is asked, and closes.
    boost::asio::awaitable<void> turn_away();

    /// Called by the network thread's sweep.
    void end_if_late(Clock::time_point now);
    void end_if_idle();
    /// For a server that stops: what has not come in by now is not waited for.
    void end_if_reading();
    void look_for_hang_up();

  private:
    friend class IncomingBody;

    /// Who the connection waits for: between requests the client, within one the client again to
    /// send the rest of it, the handler, and the client to take the answer.
    enum class Phase { idle, reading, handling, writing, closing };

    boost::asio::awaitable<bool> serve_one();
    boost::asio::awaitable<RequestParser::Progress> read_header(RequestParser& parser);
    boost::asio::awaitable<RequestParser::Progress> read_body(RequestParser& parser);
    boost::asio::awaitable<bool> read_some();
    boost::asio::awaitable<bool> say_continue_if_expected(const RequestParser& parser);
    boost::asio::awaitable<bool> serve_whole(RequestParser& parser,
                                             RequestParser::Progress progress,
                                             const Router::Match& match);
    boost::asio::awaitable<bool> serve_streaming(RequestParser& parser,
                                                 RequestParser::Progress progress,
                                                 const Router::Match& match);
    boost::asio::awaitable<Response> answer(const Router::Match& match,
                                            const IncomingBody* body = nullptr);
    boost::asio::awaitable<Response> run_handler(const Router::Match& match);
    boost::asio::awaitable<bool> write_answer(const RequestParser& parser, Response& response,
                                              bool may_go_on);
    boost::asio::awaitable<bool> write(const Response& response, const ResponseWriter::Line& line);
    boost::asio::awaitable<bool> write_within_budget(Response& response,
                                                     const ResponseWriter::Line& line);
    boost::asio::awaitable<bool> write_stream(Response& response, const ResponseWriter::Line& line);
    boost::asio::awaitable<Result<std::string>> next_part(BodyStream& stream);
    boost::asio::awaitable<bool> write_part(std::string_view part, bool in_chunks);
    boost::asio::awaitable<void> refuse(Response& response);
    std::optional<Response> refusal_of(RequestParser::Progress progress,
                                       const RequestParser& parser) const;
    boost::asio::awaitable<bool> end_unread(RequestParser::Progress progress,
                                            const RequestParser& parser);
    boost::asio::awaitable<void> drain();

    void prepare_request();
    Result<void> complete_request();
    void settle_client();
    bool is_believed();
    void name_request(std::string_view wanted);
    void record(const Router::Match& match, const Response& response, Clock::duration took);
    void enter(Phase phase, Clock::duration time);
    void enter_handling();
    void enter_reading_body();
    void close();

    Server::Impl& server_;
    NetworkThread& network_thread_;
    boost::asio::ip::tcp::socket socket_;
    boost::beast::flat_buffer buffer_;
    Request request_;     ///< used again by each request, for its memory
    std::string header_;  ///< of the answer, likewise
    boost::asio::ip::address peer_;
    std::shared_ptr<HangUp> hang_up_ = std::make_shared<HangUp>();
    Clock::time_point deadline_ = Clock::time_point::max();
    Phase phase_ = Phase::idle;
    bool late_ = false;
};

}  // namespace croquis::http
