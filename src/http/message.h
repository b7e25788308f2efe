#pragma once

#include <boost/asio/awaitable.hpp>
#include <boost/json/object.hpp>
#include <boost/json/value.hpp>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "core/bytes.h"
#include "core/error.h"
#include "core/hang_up.h"

namespace croquis::http {

enum class Method { get, head, post, put, patch, delete_, options };
std::string_view to_string(Method method);

/// A request's body, awaited while it comes, for what is too large to be held. One reader, on the
/// network thread of the request, and no longer than the handler runs.
class BodySource {
  public:
    BodySource() = default;
    BodySource(const BodySource&) = delete;
    BodySource& operator=(const BodySource&) = delete;
    virtual ~BodySource() = default;

    /// The next bytes, up to 80 KiB; none at the end. Nothing is read before it is asked for, so
    /// that the sender waits while the reader is at work; who expects "100 Continue" is told so by
    /// the first call. Errors: too_large (past the route's limit), malformed (cut short, not as
    /// announced, too slow), unavailable. After one the server answers for it, whatever the
    /// handler's answer is.
    virtual boost::asio::awaitable<Result<std::string>> next() = 0;
    /// How long all of it is, where that was announced.
    [[nodiscard]] virtual std::optional<std::uint64_t> size() const = 0;
};

/// A request, read whole within the server's limits. Views live as long as the request.
struct Request {
    Method method = Method::get;
    std::string target;                 ///< as sent: "/api/v1/public/drawings?tag=star"
    std::vector<std::string> segments;  ///< of the path, percent-decoded
    std::vector<std::pair<std::string, std::string>> query;      ///< decoded, in order
    std::vector<std::pair<std::string, std::string>> headers;    ///< names in lower case
    std::map<std::string, std::string, std::less<>> parameters;  ///< of the route: {id}
    std::string body;
    /// Instead of `body`, on routes that stream it (Router::add_streaming).
    BodySource* source = nullptr;
    std::string client;           ///< the peer's address, or what a trusted proxy says it is
    std::string scheme = "http";  ///< "https" where a trusted proxy says so
    std::string request_id;       ///< also in the answer's X-Request-ID and in the log
    /// Of the client that waits for the answer; null where there is no connection.
    std::shared_ptr<HangUp> hang_up = nullptr;

    /// The first header of that (lower-case) name; empty where there is none.
    [[nodiscard]] std::string_view header(std::string_view name) const;
    [[nodiscard]] std::optional<std::string_view> query_value(std::string_view name) const;
};

/// A body that is made while it is sent, for what is too large to be held. One reader.
class BodyStream {
  public:
    BodyStream() = default;
    BodyStream(const BodyStream&) = delete;
    BodyStream& operator=(const BodyStream&) = delete;
    virtual ~BodyStream() = default;

    /// The next bytes, awaited on the network thread; none at the end. Not asked before the client
    /// took the bytes before, nor once it has hung up. An error cuts the answer short so that the
    /// client notices (RFC 9112 section 8).
    virtual boost::asio::awaitable<Result<std::string>> next() = 0;
    /// Whether it is whole after any part, as one is that goes on for as long as things happen: a
    /// server that stops then asks for no more.
    [[nodiscard]] virtual bool may_end() const { return false; }
};

/// An answer. The server adds Content-Length, Date, Server, X-Request-ID and the security headers
/// (where the handler did not set its own); HEAD, conditional (If-None-Match -> 304) and range
/// requests on answers that carry an ETag are its work too.
struct Response {
    int status = 200;
    std::vector<std::pair<std::string, std::string>> headers;
    std::string body;
    /// Set instead of `body` for bytes shared with others (static files, images): sent without a
    /// copy.
    std::shared_ptr<const Bytes> shared_body = nullptr;
    /// Set instead of both: sent in chunks (to a client of HTTP/1.0 until the connection ends).
    std::shared_ptr<BodyStream> stream = nullptr;
    /// First byte and count of the part of the body to send; the server sets it for a range
    /// request.
    std::optional<std::pair<std::size_t, std::size_t>> range = std::nullopt;
    /// Made by problem(): the server adds the member request_id.
    bool is_problem = false;
    /// What an ErrorKind::internal hides from the client; the server logs it with the request's id.
    std::string hidden_detail = {};

    Response& set(std::string name, std::string value);  ///< replaces, whatever the name's case
    /// Null where there is none.
    [[nodiscard]] const std::string* header(std::string_view name) const;
};

using Handler = std::function<boost::asio::awaitable<Response>(Request&)>;

Response json_response(int status, const boost::json::value& body);
Response no_content();

/// RFC 9457 problem+json: type "/problems/<kind>", title, status, detail, field where one is at
/// fault, code where the error has one, that code's parameters where there are any, request_id
/// (added by the server), Retry-After where the error says when. ErrorKind::internal hides its
/// detail.
Response problem(const Error& error, boost::json::object parameters = {});
/// The same where HTTP has a more exact status than the kind's own. One of status_problems() then
/// is the type.
Response problem_with_status(int status, const Error& error, boost::json::object parameters = {});
int status_of(ErrorKind kind);
std::string_view title_of(ErrorKind kind);

/// A type of problem that a status of HTTP stands for and no ErrorKind: nothing but the HTTP server
/// itself finds these.
struct StatusProblem {
    int status;
    std::string_view name;  ///< "/problems/<name>"
    std::string_view title;
    std::string_view meaning;
    std::string_view remedy;
};
std::span<const StatusProblem> status_problems();

}  // namespace croquis::http
