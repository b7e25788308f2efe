#pragma once

#include <boost/asio/awaitable.hpp>
#include <boost/asio/ip/address.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <optional>
#include <string>

#include "http/client_stream.h"
#include "http/incoming_body.h"
#include "http/message.h"
#include "http/server_state.h"

namespace croquis::http {

/// One connection of a network thread, and the requests on it, one after another. All of it runs on
/// the network thread's thread.
class Connection {
  public:
    Connection(ServerState& server, NetworkThread& network_thread,
               boost::asio::ip::tcp::socket socket);
    Connection(const Connection&) = delete;
    Connection& operator=(const Connection&) = delete;

    boost::asio::awaitable<void> serve();
    /// Answers 503 to whatever is asked, and closes.
    boost::asio::awaitable<void> turn_away();

  private:
    boost::asio::awaitable<bool> serve_one();
    boost::asio::awaitable<RequestParser::Progress> read_header(RequestParser& parser);
    boost::asio::awaitable<RequestParser::Progress> read_body(RequestParser& parser);
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
    boost::asio::awaitable<bool> end_unread(RequestParser::Progress progress,
                                            const RequestParser& parser);
    boost::asio::awaitable<void> drain();

    void prepare_request();
    Result<void> complete_request();
    void settle_client();
    bool is_believed();
    void name_request(std::string_view wanted);
    void record(const Router::Match& match, const Response& response, Clock::duration took);

    ServerState& server_;
    NetworkThread& network_thread_;
    ClientStream client_;
    Request request_;     ///< used again by each request, for its memory
    std::string header_;  ///< of the answer, likewise
    boost::asio::ip::address peer_;
};

}  // namespace croquis::http
