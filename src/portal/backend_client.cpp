#include "portal/backend_client.h"

#include <fmt/format.h>
#include <spdlog/spdlog.h>

#include <algorithm>
#include <array>
#include <boost/asio/as_tuple.hpp>
#include <boost/asio/connect.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/query.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/asio/write.hpp>
#include <boost/beast/core/tcp_stream.hpp>
#include <boost/beast/http/buffer_body.hpp>
#include <boost/beast/http/empty_body.hpp>
#include <boost/beast/http/parser.hpp>
#include <boost/beast/http/read.hpp>
#include <boost/beast/http/rfc7230.hpp>
#include <boost/beast/http/serializer.hpp>
#include <boost/beast/http/span_body.hpp>
#include <boost/beast/http/string_body.hpp>
#include <boost/beast/http/write.hpp>
#include <boost/url.hpp>
#include <optional>
#include <vector>

#include "core/text.h"
#include "http/refusals.h"
#include "portal/backend_connection.h"
#include "portal/refusals.h"
#include "portal/slots.h"

namespace croquis::portal {
namespace {

namespace asio = boost::asio;
namespace beast = boost::beast;
using tcp = asio::ip::tcp;
/// Its body is a view of the request that is passed on: a second copy would double what a crowd of
/// uploads takes.
using OutgoingRequest = beast::http::request<beast::http::span_body<const char>>;
using UploadHeader = beast::http::request<beast::http::empty_body>;
using Parser = beast::http::response_parser<beast::http::string_body>;
using Clock = std::chrono::steady_clock;
constexpr auto as_result = asio::as_tuple(asio::use_awaitable);
constexpr std::size_t max_waiting = 1024;
constexpr std::uint32_t max_answer_header = 64 * 1024;
/// Interim answers that may come before the answer.
constexpr int max_interim_answers = 8;

bool is_one_of(std::string_view name, std::initializer_list<std::string_view> names) {
    return std::any_of(names.begin(), names.end(),
                       [&](std::string_view one) { return equal_ignoring_case(one, name); });
}

/// Fields that belong to one connection (RFC 9110 section 7.6.1), or that Connection names.
bool is_hop_by_hop(std::string_view name, std::string_view connection) {
    return is_one_of(name,
                     {"connection", "keep-alive", "proxy-connection", "proxy-authenticate",
                      "proxy-authorization", "te", "trailer", "transfer-encoding", "upgrade"}) ||
           beast::http::token_list(connection).exists(name);
}

/// What this portal says itself, in the place of what the client or the backend said.
bool is_replaced_in_request(std::string_view name) {
    return is_one_of(name,
                     {"host", "content-length", "expect", "x-forwarded-for", "x-forwarded-proto",
                      "x-forwarded-host", "forwarded", "x-request-id", "x-croquis-portal"});
}
bool is_replaced_in_answer(std::string_view name) {
    return is_one_of(name, {"content-length", "date", "server", "x-request-id"});
}

bool may_be_repeated(http::Method method) {
    return method != http::Method::post && method != http::Method::patch;
}

/// While it lives, a client that hangs up ends the exchange with the backend.
class EndsWithClient {
  public:
    EndsWithClient(HangUp* hang_up, beast::tcp_stream& stream) : hang_up_(hang_up) {
        if (hang_up_ != nullptr) hang_up_->then([&stream] { stream.cancel(); });
    }
    ~EndsWithClient() {
        if (hang_up_ != nullptr) hang_up_->then(nullptr);
    }
    EndsWithClient(const EndsWithClient&) = delete;
    EndsWithClient& operator=(const EndsWithClient&) = delete;

  private:
    HangUp* hang_up_;
};

bool has_hung_up(const http::Request& request) {
    return request.hang_up && request.hang_up->happened();
}

/// A place among the connections to the backend, until it is given back.
class Slot {
  public:
    explicit Slot(std::shared_ptr<Slots> slots) : slots_(std::move(slots)) {}
    ~Slot() {
        if (slots_) slots_->give_back();
    }
    Slot(Slot&& other) noexcept : slots_(std::move(other.slots_)) {}
    Slot& operator=(Slot&&) = delete;
    Slot(const Slot&) = delete;
    Slot& operator=(const Slot&) = delete;

  private:
    std::shared_ptr<Slots> slots_;
};

/// An answer that the backend sends in chunks, passed on as it comes. Its connection and its slot
/// are taken for as long.
class PassedOn final : public http::BodyStream {
  public:
    PassedOn(std::unique_ptr<BackendConnection> connection, Parser&& parser, Slot slot,
             std::shared_ptr<HangUp> hang_up, std::chrono::seconds patience)
        : slot_(std::move(slot)),
          connection_(std::move(connection)),
          parser_(std::move(parser)),
          hang_up_(std::move(hang_up)),
          patience_(patience) {
        parser_.body_limit(boost::none);
    }

    asio::awaitable<Result<std::string>> next() override {
        std::string part;
        while (part.empty() && !parser_.is_done()) {
            part.resize(part_bytes);
            parser_.get().body().data = part.data();
            parser_.get().body().size = part.size();
            parser_.get().body().more = true;
            const EndsWithClient ends(hang_up_.get(), connection_->stream);
            connection_->stream.expires_after(patience_);
            // What has come, not as much as there is room for: the client may wait for each line.
            const auto [failed, got] = co_await beast::http::async_read_some(
                connection_->stream, connection_->buffer, parser_, as_result);
            if (failed && failed != beast::http::error::need_buffer)
                co_return Error{ErrorKind::unavailable,
                                "The backend's answer broke off: " + failed.message()};
            part.resize(part_bytes - parser_.get().body().size);
        }
        co_return part;
    }

  private:
    static constexpr std::size_t part_bytes = std::size_t{64} * 1024;

    Slot slot_;
    std::unique_ptr<BackendConnection> connection_;
    beast::http::response_parser<beast::http::buffer_body> parser_;
    std::shared_ptr<HangUp> hang_up_;
    std::chrono::seconds patience_;
};

struct SendFailure {
    beast::error_code error;
    /// Nothing of an answer came: with a reused connection, the backend had closed it before.
    bool before_answer = false;
    bool sent_anything = false;
};

}  // namespace

class BackendClient::Impl {
  public:
    Impl(std::string host, std::string port, PortalOptions options, Metrics& metrics);

    asio::awaitable<http::Response> forward(const http::Request& request);
    asio::awaitable<http::Response> upload(http::Request& request);

  private:
    asio::awaitable<http::Response> forward_in_slot(const http::Request& request, Slot& slot);
    asio::awaitable<http::Response> upload_in_slot(http::Request& request, Slot& slot);
    asio::awaitable<std::optional<SendFailure>> send_upload(BackendConnection& connection,
                                                            http::Request& request,
                                                            std::optional<Parser>& parser);
    asio::awaitable<std::optional<SendFailure>> ask_first(BackendConnection& connection,
                                                          const http::Request& request,
                                                          std::optional<Parser>& parser);
    asio::awaitable<bool> send_parts(BackendConnection& connection, http::Request& request);
    http::Response passed_on(std::unique_ptr<BackendConnection> connection, Parser&& parser,
                             Slot& slot, const http::Request& request) const;
    asio::awaitable<beast::error_code> connect(BackendConnection& connection);
    asio::awaitable<std::optional<SendFailure>> exchange(BackendConnection& connection,
                                                         const http::Request& request,
                                                         std::optional<Parser>& parser);
    asio::awaitable<std::optional<SendFailure>> read_answer(BackendConnection& connection,
                                                            std::optional<Parser>& parser,
                                                            bool or_continue = false);
    template <class Message>
    void set_header(Message& out, const http::Request& request) const;
    OutgoingRequest outgoing(const http::Request& request) const;
    http::Response failed(const http::Request& request, const beast::error_code& error);
    static http::Response answer_of(Parser& parser);

    std::string host_;
    std::string port_;
    std::string authority_;
    PortalOptions options_;
    std::shared_ptr<Slots> slots_;
    std::shared_ptr<Slots> upload_slots_;
    prometheus::Counter& failures_;
    prometheus::Counter& connects_;
};

BackendClient::Impl::Impl(std::string host, std::string port, PortalOptions options,
                          Metrics& metrics)
    : host_(std::move(host)),
      port_(std::move(port)),
      authority_(host_ + ':' + port_),
      options_(std::move(options)),
      slots_(std::make_shared<Slots>(options_.max_backend_connections, max_waiting)),
      upload_slots_(std::make_shared<Slots>(options_.max_uploads, max_waiting)),
      failures_(metrics.counter("croquis_portal_backend_failures_total",
                                "Requests that the backend did not answer")),
      connects_(metrics.counter("croquis_portal_backend_connects_total",
                                "Connections opened to the backend")) {}

asio::awaitable<http::Response> BackendClient::Impl::forward(const http::Request& request) {
    const bool taken = co_await slots_->take(options_.connect_timeout);
    if (!taken) co_return http::problem_of(refusals::full);
    Slot slot(slots_);
    co_return co_await forward_in_slot(request, slot);
}

asio::awaitable<http::Response> BackendClient::Impl::forward_in_slot(const http::Request& request,
                                                                     Slot& slot) {
    const auto executor = co_await asio::this_coro::executor;
    auto& idle =
        asio::use_service<IdleConnections>(asio::query(executor, asio::execution::context));
    auto connection = idle.take(authority_);
    const bool reused = connection != nullptr;
    for (int attempt = 1;; ++attempt) {
        if (!connection) {
            connection = std::make_unique<BackendConnection>(executor);
            const auto error = co_await connect(*connection);
            if (error) co_return failed(request, error);
        }
        std::optional<Parser> parser;
        const auto failure = co_await exchange(*connection, request, parser);
        if (!failure) {
            if (!parser->is_done())
                co_return passed_on(std::move(connection), std::move(*parser), slot, request);
            http::Response response = answer_of(*parser);
            if (parser->keep_alive()) idle.keep(authority_, std::move(connection));
            co_return response;
        }
        const bool was_dead = reused && attempt == 1 && failure->before_answer;
        const bool safe = may_be_repeated(request.method) || !failure->sent_anything;
        if (!was_dead || !safe || has_hung_up(request)) co_return failed(request, failure->error);
        connection.reset();
    }
}

/// An answer whose body is still to come.
http::Response BackendClient::Impl::passed_on(std::unique_ptr<BackendConnection> connection,
                                              Parser&& parser, Slot& slot,
                                              const http::Request& request) const {
    http::Response response = answer_of(parser);
    response.stream = std::make_shared<PassedOn>(
        std::move(connection), std::move(parser), std::move(slot), request.hang_up,
        std::chrono::ceil<std::chrono::seconds>(options_.answer_timeout));
    return response;
}

asio::awaitable<http::Response> BackendClient::Impl::upload(http::Request& request) {
    const bool taken = co_await upload_slots_->take(options_.connect_timeout);
    if (!taken) co_return http::problem_of(refusals::too_many_uploads);
    Slot slot(upload_slots_);
    co_return co_await upload_in_slot(request, slot);
}

asio::awaitable<http::Response> BackendClient::Impl::upload_in_slot(http::Request& request,
                                                                    Slot& slot) {
    auto connection = std::make_unique<BackendConnection>(co_await asio::this_coro::executor);
    const auto error = co_await connect(*connection);
    if (error) co_return failed(request, error);
    std::optional<Parser> parser;
    const auto failure = co_await send_upload(*connection, request, parser);
    if (failure) co_return failed(request, failure->error);
    if (!parser->is_done())
        co_return passed_on(std::move(connection), std::move(*parser), slot, request);
    co_return answer_of(*parser);
}

/// Where the client fails to send all of it the server answers for that, so what is said here is
/// not seen.
asio::awaitable<std::optional<SendFailure>> BackendClient::Impl::send_upload(
    BackendConnection& connection, http::Request& request, std::optional<Parser>& parser) {
    const EndsWithClient ends(request.hang_up.get(), connection.stream);
    const auto refused = co_await ask_first(connection, request, parser);
    if (refused) co_return refused;
    if (parser->get().result_int() != 100) co_return std::nullopt;
    const bool came = co_await send_parts(connection, request);
    if (!came) co_return SendFailure{beast::http::error::partial_message, false, true};
    connection.stream.expires_after(options_.answer_timeout);
    const auto failure = co_await read_answer(connection, parser);
    connection.stream.expires_never();
    co_return failure;
}

/// Sends the header and waits for "100 Continue", or for what the backend says instead.
asio::awaitable<std::optional<SendFailure>> BackendClient::Impl::ask_first(
    BackendConnection& connection, const http::Request& request, std::optional<Parser>& parser) {
    UploadHeader header;
    set_header(header, request);
    header.set(beast::http::field::expect, "100-continue");
    const auto size = request.source->size();
    if (size)
        header.content_length(*size);
    else
        header.chunked(true);
    connection.stream.expires_after(options_.answer_timeout);
    beast::http::request_serializer<beast::http::empty_body> serializer(header);
    const auto [not_sent, sent] =
        co_await beast::http::async_write_header(connection.stream, serializer, as_result);
    if (not_sent) co_return SendFailure{not_sent, true, sent > 0};
    co_return co_await read_answer(connection, parser, true);
}

/// Stops where the backend has answered, or takes no more: what it said is then to be read. False
/// where the client did not send all of it.
asio::awaitable<bool> BackendClient::Impl::send_parts(BackendConnection& connection,
                                                      http::Request& request) {
    const bool in_chunks = !request.source->size();
    for (;;) {
        connection.stream.expires_never();
        const auto part = co_await request.source->next();
        if (!part) co_return false;
        const bool ended = part->empty();
        if (ended && !in_chunks) co_return true;
        beast::error_code unknown;
        if (connection.stream.socket().available(unknown) > 0) co_return true;
        // An empty part is the last chunk (RFC 9112 section 7.1).
        const std::string size = in_chunks ? fmt::format("{:x}\r\n", part->size()) : "";
        const std::string_view end = in_chunks ? "\r\n" : "";
        const std::array<asio::const_buffer, 3> buffers{asio::buffer(size), asio::buffer(*part),
                                                        asio::buffer(end)};
        connection.stream.expires_after(options_.answer_timeout);
        const auto [failed, sent] =
            co_await asio::async_write(connection.stream, buffers, as_result);
        if (failed || ended) co_return true;
    }
}

asio::awaitable<beast::error_code> BackendClient::Impl::connect(BackendConnection& connection) {
    const auto deadline = Clock::now() + options_.connect_timeout;
    const auto [unknown, addresses] = co_await look_up(host_, port_, deadline);
    if (unknown) co_return unknown;
    connection.stream.expires_at(deadline);
    const auto [failed, endpoint] = co_await connection.stream.async_connect(addresses, as_result);
    if (failed) co_return failed;
    beast::error_code ignored;
    connection.stream.socket().set_option(tcp::no_delay(true), ignored);
    connects_.Increment();
    co_return beast::error_code();
}

asio::awaitable<std::optional<SendFailure>> BackendClient::Impl::exchange(
    BackendConnection& connection, const http::Request& request, std::optional<Parser>& parser) {
    const OutgoingRequest out = outgoing(request);
    const EndsWithClient ends(request.hang_up.get(), connection.stream);
    connection.stream.expires_after(options_.answer_timeout);
    const auto [not_sent, sent] =
        co_await beast::http::async_write(connection.stream, out, as_result);
    if (not_sent) co_return SendFailure{not_sent, not_sent != beast::error::timeout, sent > 0};
    const auto failure = co_await read_answer(connection, parser);
    connection.stream.expires_never();
    co_return failure;
}

/// Reads past interim answers (1xx), but for "100 Continue" where that is waited for: they promise
/// the answer and are not it (RFC 9110 section 15.2). Nothing here asks for another protocol (101),
/// and what is no status of HTTP is no answer.
asio::awaitable<std::optional<SendFailure>> BackendClient::Impl::read_answer(
    BackendConnection& connection, std::optional<Parser>& parser, bool or_continue) {
    for (int interim = 0; interim <= max_interim_answers; ++interim) {
        parser.emplace();
        parser->header_limit(max_answer_header);
        parser->body_limit(options_.max_answer_bytes);
        const auto [no_header, got] = co_await beast::http::async_read_header(
            connection.stream, connection.buffer, *parser, as_result);
        if (no_header) {
            const bool nothing_came =
                interim == 0 && !parser->got_some() && no_header != beast::error::timeout;
            co_return SendFailure{no_header, nothing_came, true};
        }
        const auto status = parser->get().result_int();
        if (status == 101 || status < 100 || status > 599) break;
        if (status == 100 && or_continue) co_return std::nullopt;
        if (status < 200) continue;
        // What comes in chunks is of any length, and is passed on as it comes.
        if (parser->chunked() && !parser->is_done()) co_return std::nullopt;
        const auto [no_body, body_got] = co_await beast::http::async_read(
            connection.stream, connection.buffer, *parser, as_result);
        if (no_body) co_return SendFailure{no_body, false, true};
        co_return std::nullopt;
    }
    co_return SendFailure{beast::http::error::bad_status, false, true};
}

template <class Message>
void BackendClient::Impl::set_header(Message& out, const http::Request& request) const {
    out.version(11);
    // The server answers HEAD itself from what GET gives, so that its Content-Length is right.
    out.method_string(
        http::to_string(request.method == http::Method::head ? http::Method::get : request.method));
    out.target(request.target);
    const auto connection = request.header("connection");
    for (const auto& [name, value] : request.headers)
        if (!is_hop_by_hop(name, connection) && !is_replaced_in_request(name))
            out.insert(name, value);
    out.set(beast::http::field::host, authority_);
    out.set("X-Forwarded-For", request.client);
    out.set("X-Forwarded-Proto", request.scheme);
    out.set("X-Forwarded-Host", request.header("host"));
    out.set("X-Request-ID", request.request_id);
    if (!options_.secret.empty()) out.set("X-Croquis-Portal", options_.secret);
}

OutgoingRequest BackendClient::Impl::outgoing(const http::Request& request) const {
    OutgoingRequest out;
    set_header(out, request);
    out.body() = {request.body.data(), request.body.size()};
    out.prepare_payload();
    return out;
}

http::Response BackendClient::Impl::answer_of(Parser& parser) {
    auto& message = parser.get();
    http::Response response;
    response.status = static_cast<int>(message.result_int());
    const auto connection = message[beast::http::field::connection];
    for (const auto& field : message)
        if (!is_hop_by_hop(field.name_string(), connection) &&
            !is_replaced_in_answer(field.name_string()))
            response.headers.emplace_back(field.name_string(), field.value());
    response.body = std::move(message.body());
    return response;
}

http::Response BackendClient::Impl::failed(const http::Request& request,
                                           const beast::error_code& error) {
    if (has_hung_up(request)) return http::problem_of(refusals::client_gone);
    failures_.Increment();
    spdlog::warn("{} {} {}: the backend {} did not answer: {}", request.request_id,
                 http::to_string(request.method), request.target, authority_, error.message());
    return http::problem_of(error == beast::error::timeout ? refusals::backend_slow
                                                           : refusals::backend_unreachable);
}

BackendClient::BackendClient(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
BackendClient::~BackendClient() = default;

Result<std::shared_ptr<BackendClient>> BackendClient::make(const PortalOptions& options,
                                                           Metrics& metrics) {
    const auto url = boost::urls::parse_uri(options.backend_url);
    const bool usable = url && url->scheme() == "http" && !url->encoded_host().empty() &&
                        (url->encoded_path().empty() || url->encoded_path() == "/") &&
                        !url->has_query() && !url->has_userinfo();
    if (!usable)
        return Error{ErrorKind::invalid,
                     "The backend's address must look like http://host:8000, and not " +
                         options.backend_url + ".",
                     "backend_url"};
    auto impl = std::make_unique<Impl>(
        url->host_address(), url->has_port() ? std::string(url->port()) : "80", options, metrics);
    return std::shared_ptr<BackendClient>(new BackendClient(std::move(impl)));
}

asio::awaitable<http::Response> BackendClient::forward(const http::Request& request) {
    return impl_->forward(request);
}

asio::awaitable<http::Response> BackendClient::upload(http::Request& request) {
    return impl_->upload(request);
}

}  // namespace croquis::portal
