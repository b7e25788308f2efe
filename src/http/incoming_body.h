#pragma once

#include <boost/asio/awaitable.hpp>
#include <cstdint>
#include <optional>
#include <string>

#include "core/error.h"
#include "http/client_stream.h"
#include "http/message.h"
#include "http/request_parser.h"

namespace croquis::http {

/// The rest of a request whose header a connection has read, taken off it as the handler asks. Of
/// the connection's thread, like all of it.
class IncomingBody final : public BodySource {
  public:
    /// `so_far` is need_body, or done where the request has no body.
    IncomingBody(ClientStream& client, const Request& request, RequestParser& parser,
                 RequestParser::Progress so_far, std::uint64_t max_bytes);

    boost::asio::awaitable<Result<std::string>> next() override;
    [[nodiscard]] std::optional<std::uint64_t> size() const override;

    [[nodiscard]] bool is_read() const { return progress_ == RequestParser::Progress::done; }
    /// Whether next() has failed. The connection then ends with its answer, or without one where
    /// there is nobody to take it.
    [[nodiscard]] bool has_failed() const { return failure_.has_value(); }
    [[nodiscard]] bool is_cut_short() const { return cut_short_; }
    /// The answer to a request whose body could not be read.
    [[nodiscard]] Response refusal() const;

  private:
    boost::asio::awaitable<bool> begin();
    Error failed();

    ClientStream& client_;
    const Request& request_;
    RequestParser& parser_;
    RequestParser::Progress progress_;
    const std::uint64_t max_bytes_;
    bool begun_ = false;
    bool cut_short_ = false;
    std::optional<Response> refusal_;
    std::optional<Error> failure_;
};

}  // namespace croquis::http
