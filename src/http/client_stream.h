#pragma once

#include <boost/asio/awaitable.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <memory>
#include <optional>

#include "core/hang_up.h"
#include "http/message.h"
#include "http/request_parser.h"
#include "http/server_state.h"

namespace croquis::http {

/// A connection's socket, what was read of it ahead, and until when its client is waited for. Of
/// the network thread's thread.
class ClientStream {
  public:
    ClientStream(ServerState& server, NetworkThread& network_thread,
                 boost::asio::ip::tcp::socket socket);
    ~ClientStream();
    ClientStream(const ClientStream&) = delete;
    ClientStream& operator=(const ClientStream&) = delete;

    /// Who the connection waits for: between requests the client, within one the client again to
    /// send the rest of it, the handler, and the client to take the answer.
    enum class Phase { idle, reading, handling, writing, closing };

    void enter(Phase phase, Clock::duration time);
    void enter_handling();
    void enter_reading_body();

    /// Puts what comes next behind what was read; false where the connection ended.
    boost::asio::awaitable<bool> read_some();
    /// False where the connection ended.
    boost::asio::awaitable<bool> say_continue_if_expected(const RequestParser& parser);
    [[nodiscard]] std::optional<Response> refusal_of(RequestParser::Progress progress,
                                                     const RequestParser& parser) const;

    /// Called by the network thread's sweep.
    void end_if_late(Clock::time_point now);
    void end_if_idle();
    /// For a server that stops: what has not come in by now is not waited for.
    void end_if_reading();
    void look_for_hang_up();

    [[nodiscard]] boost::asio::ip::tcp::socket& socket() { return socket_; }
    /// What was read and not taken yet.
    [[nodiscard]] boost::beast::flat_buffer& buffer() { return buffer_; }
    [[nodiscard]] const std::shared_ptr<HangUp>& hang_up() const { return hang_up_; }

  private:
    void close();

    ServerState& server_;
    NetworkThread& network_thread_;
    boost::asio::ip::tcp::socket socket_;
    boost::beast::flat_buffer buffer_;
    const std::shared_ptr<HangUp> hang_up_ = std::make_shared<HangUp>();
    Clock::time_point deadline_ = Clock::time_point::max();
    Phase phase_ = Phase::idle;
    bool late_ = false;
};

}  // namespace croquis::http
