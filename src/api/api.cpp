#include "api/api.h"

#include "api/codec/serialisation.h"

namespace croquis::api {

namespace {

/// Its routes' refusals are sign_in_failed, sign_in_limited and refresh_refused.
bool is_told_by_identity(std::string_view route, int status) {
    if (route == "/api/v1/me/password") return status == 429;
    return route == "/api/v1/token" || route == "/api/v1/token/refresh";
}

std::optional<identity::Event> event_of(int status) {
    switch (status) {
        case 401:
            return identity::Event::unauthenticated;
        case 403:
            return identity::Event::forbidden;
        case 429:
            return identity::Event::rate_limited;
        default:
            return std::nullopt;
    }
}

}  // namespace

void tell_refusal(const http::Request& request, const http::Response& response,
                  std::string_view route) {
    const auto event = event_of(response.status);
    if (!event || is_told_by_identity(route, response.status)) return;
    identity::tell(*event, {request.client, request.request_id},
                   {{"method", http::to_string(request.method)}, {"route", route}});
}

Result<http::Router> backend_router(const Services& services, identity::Identity& identity,
                                    store::Store& store, const WorkerPools& workers,
                                    const std::filesystem::path& swagger_folder,
                                    const ApiOptions& options) {
    auto router = service_routes(store, workers.requests, swagger_folder, options);
    if (!router) return router.error();
    router->mount(public_base, public_api(services, workers.requests, options));
    router->mount(annotator_base, annotator_api(services, identity, store, workers, options));
    return router;
}

}  // namespace croquis::api
