#include "http/connection.h"

#include <fmt/format.h>
#include <openssl/crypto.h>
#include <spdlog/spdlog.h>

#include <algorithm>
#include <array>
#include <boost/asio/buffer.hpp>
#include <boost/asio/write.hpp>

#include "http/as_result.h"
#include "http/client_address.h"
#include "http/header_list.h"
#include "http/incoming_body.h"
#include "http/refusals.h"
#include "http/target.h"

namespace croquis::http {
namespace {

namespace asio = boost::asio;
namespace beast = boost::beast;
using tcp = asio::ip::tcp;
using Progress = RequestParser::Progress;

/// A body's memory is kept for the connection's next request up to here.
constexpr std::size_t max_kept_bytes = std::size_t{8} * 1024;
/// What is read and thrown away of a request that was refused, and for how long, so that the client
/// gets to see the answer instead of a reset connection.
constexpr std::size_t max_drained_bytes = std::size_t{16} * 1024 * 1024;
constexpr auto drain_time = std::chrono::seconds(2);

bool is_sane_id(std::string_view id) {
    return !id.empty() && id.size() <= 64 && std::all_of(id.begin(), id.end(), [](char c) {
        return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
               c == '-' || c == '_' || c == '.';
    });
}

bool is_same_secret(std::string_view a, std::string_view b) {
    return a.size() == b.size() && CRYPTO_memcmp(a.data(), b.data(), a.size()) == 0;
}

}  // namespace

Connection::Connection(ServerState& server, NetworkThread& network_thread, tcp::socket socket)
    : server_(server),
      network_thread_(network_thread),
      client_(server, network_thread, std::move(socket)) {
    beast::error_code failed;
    const auto peer = client_.socket().remote_endpoint(failed);
    if (!failed) peer_ = plain_address(peer.address());
}

asio::awaitable<void> Connection::serve() {
    while (co_await serve_one()) {
    }
    beast::error_code ignored;
    client_.socket().shutdown(tcp::socket::shutdown_send, ignored);
}

/// True where the connection may serve another.
asio::awaitable<bool> Connection::serve_one() {
    prepare_request();
    RequestParser parser(request_, server_.options.limits, server_.body_budget);
    const auto progress = co_await read_header(parser);
    if (progress != Progress::done && progress != Progress::need_body) {
        co_return co_await end_unread(progress, parser);
    }
    const auto valid = complete_request();
    if (!valid) {
        Response response = problem(valid.error());
        co_await refuse(response);
        co_return false;
    }
    const auto match = server_.router.match(request_);
    if (match.streams) co_return co_await serve_streaming(parser, progress, match);
    co_return co_await serve_whole(parser, progress, match);
}

asio::awaitable<bool> Connection::serve_whole(RequestParser& parser, Progress progress,
                                              const Router::Match& match) {
    if (progress == Progress::need_body) progress = co_await read_body(parser);
    if (progress != Progress::done) co_return co_await end_unread(progress, parser);
    client_.enter_handling();
    Response response = co_await answer(match);
    client_.hang_up()->then(nullptr);
    co_return co_await write_answer(parser, response, true);
}

/// The handler reads the body. Where it did not read all of it the connection ends with the answer:
/// what still comes is no request.
asio::awaitable<bool> Connection::serve_streaming(RequestParser& parser, Progress progress,
                                                  const Router::Match& match) {
    IncomingBody body(client_, request_, parser, progress, *match.streams);
    request_.source = &body;
    client_.enter_handling();
    Response response = co_await answer(match, &body);
    request_.source = nullptr;
    client_.hang_up()->then(nullptr);
    if (body.is_cut_short()) co_return false;
    const bool goes_on = co_await write_answer(parser, response, body.is_read());
    if (!body.is_read()) co_await drain();
    co_return goes_on;
}

/// Whether the connection goes on.
asio::awaitable<bool> Connection::write_answer(const RequestParser& parser, Response& response,
                                               bool may_go_on) {
    server_.response_writer.finish(request_, response);
    const bool needs_end = response.stream != nullptr && parser.is_http_1_0();
    const bool keep_alive =
        may_go_on && parser.keep_alive() && !server_.stopping.load() && !needs_end;
    const ResponseWriter::Line line{network_thread_.date, parser.is_http_1_0(), keep_alive};
    if (response.stream != nullptr) {
        const bool streamed = co_await write_stream(response, line);
        co_return (streamed && keep_alive);
    }
    const bool written = co_await write_within_budget(response, line);
    co_return (written && keep_alive);
}

/// False: the connection serves no other.
asio::awaitable<bool> Connection::end_unread(Progress progress, const RequestParser& parser) {
    auto response = client_.refusal_of(progress, parser);
    if (response) co_await refuse(*response);
    co_return false;
}

void Connection::prepare_request() {
    request_.method = Method::get;
    request_.target.clear();
    request_.segments.clear();
    request_.query.clear();
    request_.headers.clear();
    request_.parameters.clear();
    request_.body.clear();
    if (request_.body.capacity() > max_kept_bytes) request_.body.shrink_to_fit();
    request_.request_id.clear();
    request_.hang_up = client_.hang_up();
}

/// Progress is other than done or refused where the connection ended.
asio::awaitable<Progress> Connection::read_header(RequestParser& parser) {
    const auto& limits = server_.options.limits;
    client_.enter(ClientStream::Phase::idle, limits.idle_timeout);
    if (client_.buffer().size() == 0) {
        const bool more = co_await client_.read_some();
        if (!more) co_return Progress::need_header;
    }
    client_.enter(ClientStream::Phase::reading, limits.header_timeout);
    auto progress = parser.feed_header(client_.buffer());
    while (progress == Progress::need_header) {
        const bool more = co_await client_.read_some();
        if (!more) co_return progress;
        progress = parser.feed_header(client_.buffer());
    }
    co_return progress;
}

asio::awaitable<Progress> Connection::read_body(RequestParser& parser) {
    auto progress = parser.limit_body(server_.options.limits.max_body_bytes);
    if (progress == Progress::need_body) progress = parser.feed_body(client_.buffer());
    if (progress != Progress::need_body) co_return progress;
    client_.enter_reading_body();
    const bool continued = co_await client_.say_continue_if_expected(parser);
    if (!continued) co_return progress;
    while (progress == Progress::need_body) {
        const bool more = co_await client_.read_some();
        if (!more) co_return progress;
        progress = parser.feed_body(client_.buffer());
    }
    co_return progress;
}

Result<void> Connection::complete_request() {
    name_request(request_.header("x-request-id"));
    settle_client();
    return parse_target(request_, server_.options.base_path);
}

void Connection::name_request(std::string_view wanted) {
    if (is_sane_id(wanted))
        request_.request_id = wanted;
    else
        request_.request_id.assign(network_thread_.id_prefix)
            .append(fmt::format_int(network_thread_.next_id++).c_str());
}

/// Whether to believe what the request says of where it comes from: of a trusted proxy, or of the
/// portal of this process, which says so with a secret that no handler gets to see.
bool Connection::is_believed() {
    static constexpr std::string_view portal_header = "x-croquis-portal";
    const auto& secret = server_.options.portal_secret;
    const bool is_portal =
        !secret.empty() && is_same_secret(request_.header(portal_header), secret);
    if (is_portal)
        std::erase_if(request_.headers, [](const auto& h) { return h.first == portal_header; });
    return is_portal || server_.is_trusted(peer_);
}

/// Walks X-Forwarded-For from its end: the last address that no trusted proxy of ours has. At what
/// is no address it ends: only the proxy before it vouches for that, and a client is never limited
/// by a name that somebody made up.
void Connection::settle_client() {
    request_.client = peer_.to_string();
    request_.scheme = "http";
    if (!is_believed()) return;
    if (request_.header("x-forwarded-proto") == "https") request_.scheme = "https";
    for (auto field = request_.headers.rbegin(); field != request_.headers.rend(); ++field) {
        if (field->first != "x-forwarded-for") continue;
        for (std::string_view list = field->second; !list.empty();) {
            const auto last = take_last(list);
            if (last.empty()) continue;
            const auto address = read_client_address(last);
            if (!address) return;
            request_.client = address->to_string();
            if (!server_.is_trusted(*address)) return;
        }
    }
}

asio::awaitable<Response> Connection::answer(const Router::Match& match, const IncomingBody* body) {
    struct Leave {
        std::atomic<std::size_t>& count;
        ~Leave() { count.fetch_sub(1); }
    };
    const std::size_t others = server_.request_count.fetch_add(1);
    const Leave leave{server_.request_count};
    if (others >= server_.options.limits.max_requests_in_flight) {
        server_.refused.Increment();
        co_return problem_of(refusals::server_full);
    }
    const auto began = Clock::now();
    const auto& admit = server_.options.admit;
    const auto admitted = admit ? admit(request_) : Result<void>();
    Response response;
    if (!admitted)
        response = problem(admitted.error());
    else if (match.handler == nullptr)
        response = Router::without_handler(match, request_.method);
    else
        response = co_await run_handler(match);
    if (body != nullptr && body->has_failed()) response = body->refusal();
    record(match, response, Clock::now() - began);
    co_return response;
}

asio::awaitable<Response> Connection::run_handler(const Router::Match& match) {
    try {
        co_return co_await (*match.handler)(request_);
    } catch (const std::exception& thrown) {
        co_return problem({ErrorKind::internal, thrown.what()});
    }
}

void Connection::record(const Router::Match& match, const Response& response,
                        Clock::duration took) {
    const double seconds = std::chrono::duration<double>(took).count();
    auto& measured = server_.metrics_of(network_thread_, match, request_.method, response.status);
    measured.requests->Increment();
    measured.seconds->Observe(seconds);
    if (server_.options.observe) server_.options.observe(request_, response, match.route);
    if (!response.hidden_detail.empty())
        spdlog::error("{} {} {}: {}", request_.request_id, to_string(request_.method), match.route,
                      response.hidden_detail);
    if (spdlog::should_log(spdlog::level::debug))
        spdlog::debug("{} {} {} {} {} {:.3f} ms", request_.request_id, request_.client,
                      to_string(request_.method), request_.target, response.status, 1000 * seconds);
}

/// The bytes that this answer alone holds. Those of a static file stay in memory anyway; those of a
/// picture were read for it.
std::size_t held_bytes(const Response& response) {
    const bool is_own = response.shared_body.use_count() == 1;
    return response.body.size() + (is_own ? response.shared_body->size() : 0);
}

/// Writes the answer, or refuses where too many large ones wait for their readers already.
asio::awaitable<bool> Connection::write_within_budget(Response& response,
                                                      const ResponseWriter::Line& line) {
    struct GiveBack {
        BodyBudget& budget;
        std::size_t bytes;
        ~GiveBack() { budget.give_back(bytes); }
    };
    const std::size_t bytes = held_bytes(response);
    if (bytes <= small_answer_bytes) co_return co_await write(response, line);
    if (server_.answer_budget.take(bytes)) {
        const GiveBack give_back{server_.answer_budget, bytes};
        co_return co_await write(response, line);
    }
    server_.refused.Increment();
    response = problem_of(refusals::too_many_answers);
    server_.response_writer.finish(request_, response);
    co_return co_await write(response, line);
}

asio::awaitable<bool> Connection::write(const Response& response,
                                        const ResponseWriter::Line& line) {
    server_.response_writer.write_header(request_, response, line, header_);
    const bool has_body =
        request_.method != Method::head && response.status != 204 && response.status != 304;
    const BytesView body = has_body ? body_of(response) : BytesView();
    std::array<asio::const_buffer, 2> parts{asio::buffer(header_),
                                            asio::buffer(body.data(), body.size())};
    // The socket's buffer nearly always takes the whole answer, and then nothing has to wait.
    beast::error_code failed;
    const std::size_t sent = client_.socket().write_some(parts, failed);
    if (failed && failed != asio::error::would_block) co_return false;
    if (sent == asio::buffer_size(parts)) co_return true;
    parts[1] += sent - std::min(sent, parts[0].size());
    parts[0] += sent;
    client_.enter(ClientStream::Phase::writing, server_.options.limits.write_timeout);
    const auto [not_sent, rest] = co_await asio::async_write(client_.socket(), parts, as_result);
    co_return !not_sent;
}

/// A part at a time: the next one is made once the client has taken the one before, for which it
/// has as long as for a whole answer. False where the answer was cut short; the connection then
/// ends without the last chunk.
asio::awaitable<bool> Connection::write_stream(Response& response,
                                               const ResponseWriter::Line& line) {
    const bool in_chunks = !line.http_1_0;
    server_.response_writer.write_header(request_, response, line, header_);
    client_.enter(ClientStream::Phase::writing, server_.options.limits.write_timeout);
    const auto [no_header, sent] =
        co_await asio::async_write(client_.socket(), asio::buffer(header_), as_result);
    if (no_header) co_return false;
    if (request_.method == Method::head) co_return true;
    while (true) {
        client_.enter_handling();
        if (server_.stopping && response.stream->may_end()) {
            if (in_chunks) co_await write_part({}, in_chunks);
            co_return false;
        }
        const auto part = co_await next_part(*response.stream);
        client_.hang_up()->then(nullptr);
        if (!part) {
            if (!client_.hang_up()->happened())
                spdlog::warn("{} {}: the answer was cut short: {}", request_.request_id,
                             request_.target, part.error().detail);
            co_return false;
        }
        if (client_.hang_up()->happened() || !client_.socket().is_open()) co_return false;
        if (part->empty() && !in_chunks) co_return true;
        const bool written = co_await write_part(*part, in_chunks);
        if (!written || part->empty()) co_return written;
    }
}

asio::awaitable<Result<std::string>> Connection::next_part(BodyStream& stream) {
    try {
        co_return co_await stream.next();
    } catch (const std::exception& thrown) {
        co_return Error{ErrorKind::internal, thrown.what()};
    }
}

/// An empty part is the last chunk (RFC 9112 section 7.1).
asio::awaitable<bool> Connection::write_part(std::string_view part, bool in_chunks) {
    const std::string size = in_chunks ? fmt::format("{:x}\r\n", part.size()) : std::string();
    const std::string_view end = in_chunks ? "\r\n" : "";
    const std::array<asio::const_buffer, 3> buffers{
        asio::buffer(size), asio::buffer(part.data(), part.size()), asio::buffer(end)};
    client_.enter(ClientStream::Phase::writing, server_.options.limits.write_timeout);
    const auto [failed, sent] = co_await asio::async_write(client_.socket(), buffers, as_result);
    co_return !failed;
}

asio::awaitable<void> Connection::refuse(Response& response) {
    if (request_.request_id.empty()) name_request(request_.header("x-request-id"));
    server_.response_writer.finish(request_, response);
    const ResponseWriter::Line line{network_thread_.date, false, false};
    const bool written = co_await write(response, line);
    if (written) co_await drain();
}

asio::awaitable<void> Connection::turn_away() {
    prepare_request();
    Response response = problem_of(refusals::no_room);
    co_await refuse(response);
}

asio::awaitable<void> Connection::drain() {
    beast::error_code ignored;
    client_.socket().shutdown(tcp::socket::shutdown_send, ignored);
    client_.enter(ClientStream::Phase::closing, drain_time);
    for (std::size_t drained = 0; drained < max_drained_bytes;) {
        client_.buffer().clear();
        const bool more = co_await client_.read_some();
        if (!more) break;
        drained += client_.buffer().size();
    }
}

}  // namespace croquis::http
