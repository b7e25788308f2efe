#include <boost/json/object.hpp>
#include <boost/json/serialize.hpp>

#include "api/api.h"
#include "api/codec/serialisation.h"
#include "api/contract.h"
#include "api/problems.h"
#include "http/static_files.h"

namespace croquis::api {
namespace {

namespace asio = boost::asio;
namespace json = boost::json;
using http::Method;
using http::Request;
using http::Response;
using Answer = asio::awaitable<Response>;

/// Its links are relative to /docs, so that they hold under any path that a proxy serves it at.
constexpr std::string_view docs_page = R"html(<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Croquis API</title>
<link rel="icon" href="docs/favicon-32x32.png">
<link rel="stylesheet" href="docs/swagger-ui.css">
<link rel="stylesheet" href="docs/index.css">
<script src="docs/swagger-ui-bundle.js" defer></script>
<script src="docs/swagger-ui-standalone-preset.js" defer></script>
<script src="docs/start.js" defer></script>
</head>
<body>
<div id="swagger-ui"></div>
<noscript>This page needs JavaScript. The document itself is at <a href="openapi.json">/openapi.json</a>.</noscript>
</body>
</html>
)html";

/// Without Swagger's logo, which carries a style element that the page's Content-Security-Policy
/// refuses.
constexpr std::string_view docs_script = R"js('use strict';
SwaggerUIBundle({
  urls: [
    { name: 'Both APIs', url: 'openapi.json' },
    { name: 'Public API', url: 'api/v1/public/openapi.json' },
    { name: 'Annotator API', url: 'api/v1/openapi.json' },
  ],
  dom_id: '#swagger-ui',
  deepLinking: true,
  validatorUrl: null,
  presets: [SwaggerUIBundle.presets.apis, SwaggerUIStandalonePreset],
  plugins: [() => ({ components: { Logo: () => null } })],
  layout: 'StandaloneLayout',
});
)js";

constexpr std::string_view no_docs_page = R"html(<!doctype html>
<html lang="en">
<head><meta charset="utf-8"><title>Croquis API</title></head>
<body>
<h1>Croquis API</h1>
<p>Swagger UI was not built with this server (tools/build-page does it). The document itself is at
<a href="openapi.json">/openapi.json</a>.</p>
</body>
</html>
)html";

/// The same answer to every request, with an ETag of its bytes.
http::Handler fixed(const std::string& content_type, std::string_view text) {
    const auto bytes = std::make_shared<const Bytes>(as_bytes(text).begin(), as_bytes(text).end());
    const std::string etag = '"' + to_hex(sha256(*bytes)).substr(0, 32) + '"';
    return [=](Request&) -> Answer {
        Response response;
        response.set("Content-Type", content_type);
        response.set("Cache-Control", "no-cache");
        response.set("ETag", etag);
        response.shared_body = bytes;
        co_return response;
    };
}

Answer explain_problem(Request& request) {
    const std::string& name = request.parameters["kind"];
    for (const auto& one : http::status_problems())
        if (one.name == name)
            co_return http::json_response(200, json::object{{"type", "/problems/" + name},
                                                            {"title", one.title},
                                                            {"status", one.status},
                                                            {"meaning", one.meaning},
                                                            {"remedy", one.remedy}});
    const auto kind = problem_kind(name);
    if (!kind) co_return problem({ErrorKind::not_found, "There is no such kind of problem."});
    const auto [meaning, remedy] = explain(*kind);
    co_return http::json_response(
        200, json::object{{"type", std::string("/problems/").append(to_string(*kind))},
                          {"title", http::title_of(*kind)},
                          {"status", http::status_of(*kind)},
                          {"meaning", meaning},
                          {"remedy", remedy}});
}

Response ok() {
    auto response = http::json_response(200, json::object{{"status", "ok"}});
    response.set("Cache-Control", "no-store");
    return response;
}

void add_health(http::Router& router, store::Store& store, WorkerPool& workers) {
    router.add(Method::get, "/healthz", [](Request&) -> Answer { co_return ok(); });
    router.add(Method::get, "/readyz", [&store, &workers](Request&) -> Answer {
        const auto job = [&store] { return store.ready(); };
        const auto ready = co_await workers.run(job);
        co_return ready ? ok() : problem(ready.error());
    });
}

/// Swagger UI's files, which lie in a folder of their own, under /docs.
http::Handler docs_files(http::Router files) {
    const auto shared = std::make_shared<const http::Router>(std::move(files));
    return [shared](Request& request) -> Answer {
        request.segments.erase(request.segments.begin());
        std::string route;
        co_return co_await shared->handle(request, route);
    };
}

Result<void> add_docs(http::Router& router, const std::filesystem::path& swagger_folder) {
    constexpr auto html = "text/html; charset=utf-8";
    auto files = http::static_files(swagger_folder, "");
    if (!files && files.error().kind != ErrorKind::not_found) return files.error();
    router.add(Method::get, "/docs", fixed(html, files ? docs_page : no_docs_page));
    if (!files) return {};
    router.add(Method::get, "/docs/start.js", fixed("text/javascript; charset=utf-8", docs_script));
    router.add(Method::get, "/docs/{path*}", docs_files(std::move(*files)));
    return {};
}

}  // namespace

Result<http::Router> service_routes(store::Store& store, WorkerPool& workers,
                                    const std::filesystem::path& swagger_folder,
                                    const ApiOptions& options) {
    const auto contract = read_contract(options);
    if (!contract) return contract.error();
    http::Router router;
    add_health(router, store, workers);
    router.add(Method::get, "/problems/{kind}", explain_problem);
    const auto document = [&](std::string_view path, const json::object& text) {
        router.add(Method::get, path, fixed("application/json", json::serialize(text)));
    };
    document("/openapi.json", contract->both);
    document("/api/v1/public/openapi.json", contract->public_api);
    document("/api/v1/openapi.json", contract->annotator_api);
    if (const auto docs = add_docs(router, swagger_folder); !docs) return docs.error();
    return router;
}

}  // namespace croquis::api
