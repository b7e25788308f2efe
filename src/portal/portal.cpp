#include "portal/portal.h"

#include <array>

#include "http/static_files.h"
#include "http/target.h"
#include "portal/backend_client.h"

namespace croquis::portal {
namespace {

constexpr std::array forwarded{"/api/{path*}",      "/docs",    "/docs/{path*}", "/openapi.json",
                               "/problems/{path*}", "/healthz", "/readyz"};
constexpr std::array methods{http::Method::get,   http::Method::post,    http::Method::put,
                             http::Method::patch, http::Method::delete_, http::Method::options};

}  // namespace

Result<http::Router> portal_router(const PortalOptions& options, Metrics& metrics) {
    auto client = BackendClient::make(options, metrics);
    if (!client) return client.error();
    auto router = http::static_files(options.web_root, "index.html", options.base_path);
    if (!router) return router.error();
    const auto forward =
        [client = *client](http::Request& request) -> boost::asio::awaitable<http::Response> {
        if (http::has_dot_segment(request))
            co_return http::problem(
                {ErrorKind::malformed, "The request's address has a \".\" or \"..\" in it."});
        co_return co_await client->forward(request);
    };
    for (const char* path : forwarded)
        for (const auto method : methods) router->add(method, path, forward);
    return router;
}

}  // namespace croquis::portal
