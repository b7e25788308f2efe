#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "http/message.h"

namespace croquis::http {

/// Routes by method and path template ("/api/v1/drawings/{id}"; a last "{rest*}" takes the
/// remaining path). Fixed segments win over parameters; a segment may end in a custom verb
/// ("/predictions:preview"). An unknown path is 404, a known path with another method 405 with
/// Allow, both problem+json. Filled before serving, then only read: thread-safe from then on.
class Router {
  public:
    Router();
    ~Router();
    Router(Router&&) noexcept;
    Router& operator=(Router&&) noexcept;

    void add(Method method, std::string_view path, Handler handler);
    /// The handler is called once the header is read, and reads the body itself (Request::source),
    /// of at most so many bytes. What it leaves unread is dropped, and the connection ends.
    void add_streaming(Method method, std::string_view path, Handler handler,
                       std::uint64_t max_body_bytes);
    /// Everything of `other` under `prefix`: how the two APIs are mounted as two separate routers.
    void mount(std::string_view prefix, Router other);

    /// "GET /api/v1/drawings/{id}" of all routes, sorted: what contract tests hold against the
    /// OpenAPI file.
    [[nodiscard]] std::vector<std::string> routes() const;

    /// Where a request leads. `route_index` is below route_count() and stands for `route`, the
    /// template ("(none)" and 0 where no path fits); both live as long as the router.
    struct Match {
        const Handler* handler = nullptr;
        std::string_view route;
        std::size_t route_index = 0;
        std::string allow;  ///< the methods of a known path, where there is no handler
        std::optional<std::uint64_t> streams;  ///< the limit of a body that the handler reads
    };
    /// Fills request.parameters.
    Match match(Request& request) const;
    /// The answer where there is no handler: 404, 405 with Allow, or 204 with Allow to OPTIONS.
    static Response without_handler(const Match& match, Method method);
    [[nodiscard]] std::size_t route_count() const;

    /// Finds the handler and runs it; fills request.parameters. `route` (for metrics) is set to the
    /// template.
    boost::asio::awaitable<Response> handle(Request& request, std::string& route) const;

  private:
    struct Impl;
    std::unique_ptr<Impl> impl_;
};

}  // namespace croquis::http
