#include "http/incoming_body.h"

#include "http/refusals.h"

namespace croquis::http {
namespace {

namespace asio = boost::asio;
using Progress = RequestParser::Progress;

/// Bytes of a body that are gathered before the handler gets them. Each such part must come within
/// body_timeout, which is the least rate that is put up with.
constexpr std::size_t part_bytes = std::size_t{64} * 1024;

}  // namespace

IncomingBody::IncomingBody(ClientStream& client, const Request& request, RequestParser& parser,
                           Progress so_far, std::uint64_t max_bytes)
    : client_(client),
      request_(request),
      parser_(parser),
      progress_(so_far),
      max_bytes_(max_bytes) {
    parser_.take_in_parts();
}

std::optional<std::uint64_t> IncomingBody::size() const {
    if (is_read() && !begun_) return 0;
    const auto announced = parser_.content_length();
    return announced ? std::optional(*announced) : std::nullopt;
}

/// False where the body will not be read.
asio::awaitable<bool> IncomingBody::begin() {
    begun_ = true;
    if (progress_ != Progress::need_body) co_return true;
    progress_ = parser_.limit_body(max_bytes_);
    if (progress_ != Progress::need_body) co_return false;
    const bool continued = co_await client_.say_continue_if_expected(parser_);
    cut_short_ = !continued;
    co_return continued;
}

asio::awaitable<Result<std::string>> IncomingBody::next() {
    if (failure_) co_return *failure_;
    client_.enter_reading_body();
    if (!begun_) {
        const bool begun = co_await begin();
        if (!begun) co_return failed();
    }
    while (progress_ == Progress::need_body) {
        progress_ = parser_.feed_body(client_.buffer());
        if (progress_ != Progress::need_body || request_.body.size() >= part_bytes) break;
        const bool more = co_await client_.read_some();
        if (more) continue;
        cut_short_ = true;
        break;
    }
    if (cut_short_ || progress_ == Progress::refused) co_return failed();
    client_.enter_handling();
    co_return parser_.take_part();
}

Error IncomingBody::failed() {
    refusal_ = client_.refusal_of(progress_, parser_);
    cut_short_ = !refusal_;
    client_.enter_handling();
    failure_ = progress_ == Progress::refused ? parser_.refusal_error()
                                              : error_of(refusals::body_not_whole);
    return *failure_;
}

Response IncomingBody::refusal() const {
    return refusal_.value_or(problem(*failure_));
}

}  // namespace croquis::http
