#include "portal/portal.h"

#include <array>

#include "http/refusals.h"
#include "http/static_files.h"
#include "http/target.h"
#include "portal/backend_client.h"

namespace croquis::portal {
namespace {

constexpr std::array forwarded{"/api/{path*}",      "/docs",    "/docs/{path*}", "/openapi.json",
                               "/problems/{path*}", "/healthz", "/readyz"};
/// The routes whose bodies are passed on as they come.
constexpr std::array uploads{"/api/v1/imports", "/api/v1/projects/{project}/imports"};
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
            co_return http::problem_of(http::refusals::address_with_dots);
        co_return co_await client->forward(request);
    };
    const auto upload =
        [client = *client](http::Request& request) -> boost::asio::awaitable<http::Response> {
        if (http::has_dot_segment(request))
            co_return http::problem_of(http::refusals::address_with_dots);
        co_return co_await client->upload(request);
    };
    for (const char* path : uploads) {
        router->add_streaming(http::Method::post, path, upload, options.max_upload_bytes);
        for (const auto method : methods)
            if (method != http::Method::post) router->add(method, path, forward);
    }
    for (const char* path : forwarded)
        for (const auto method : methods) router->add(method, path, forward);
    return router;
}

}  // namespace croquis::portal
