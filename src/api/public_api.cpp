#include <boost/json/object.hpp>

#include "api/api.h"
#include "api/codec/query_parameters.h"
#include "api/codec/request_bodies.h"
#include "api/codec/serialisation.h"
#include "api/problems.h"
#include "api/routes/predictions.h"
#include "api/routes/project_scope.h"
#include "api/routes/shared_handlers.h"
#include "core/rate_limit.h"

namespace croquis::api {
namespace {

namespace asio = boost::asio;
using http::Method;
using http::Request;
using http::Response;

/// What stands for the token of the submission. Errors: forbidden where there is none.
Result<Sha256> read_withdrawal_token(const Request& request) {
    const auto token = request.header("withdrawal-token");
    if (token.empty())
        return Error{ErrorKind::forbidden,
                     "Send the token that the answer to the submission has, as Withdrawal-Token."};
    return sha256(as_bytes(token));
}

class PublicApi {
  public:
    PublicApi(const Services& services, WorkerPool& workers, const ApiOptions& options)
        : services_(services),
          workers_(workers),
          base_path_(options.base_path),
          max_image_bytes_(options.decode.max_bytes),
          submissions_(options.submissions_per_minute),
          previews_(options.submissions_per_minute * previews_per_submission) {}

    asio::awaitable<Response> predict(Request& request);
    asio::awaitable<Response> preview(Request& request);
    asio::awaitable<Response> withdraw(Request& request);
    asio::awaitable<Response> suggest(Request& request);
    asio::awaitable<Response> projects();
    asio::awaitable<Response> project(Request& request);

    /// Of a list, a drawing or a picture.
    using View = asio::awaitable<Response> (*)(service::Catalogue&, const Request&,
                                               service::ProjectRef, ApiSurface);
    asio::awaitable<Response> browse(Request& request, View view);
    asio::awaitable<Response> labels(Request& request);
    asio::awaitable<Response> live_model(Request& request);

  private:
    [[nodiscard]] ApiSurface surface(const Request& request,
                                     const service::ProjectRef& project) const {
        return in_project({public_surface.base, public_surface.has_history, base_path_}, request,
                          project);
    }
    [[nodiscard]] PredictionContext predictions() const {
        return {services_.submissions, workers_, max_image_bytes_};
    }

    const Services services_;
    WorkerPool& workers_;
    const std::string base_path_;
    std::size_t max_image_bytes_;
    RateLimiter submissions_;
    RateLimiter previews_;
};

asio::awaitable<Response> PublicApi::predict(Request& request) {
    if (const auto allowed = submissions_.take(client_key(request.client)); !allowed)
        co_return problem(allowed.error());
    const auto project = co_await public_project_of(services_.projects, request, Wish::draw);
    if (!project) co_return public_refusal(project.error());
    co_return co_await predict_drawing(predictions(), request, *project,
                                       surface(request, *project));
}

asio::awaitable<Response> PublicApi::preview(Request& request) {
    if (const auto allowed = previews_.take(client_key(request.client)); !allowed)
        co_return problem(allowed.error());
    const auto project = co_await public_project_of(services_.projects, request, Wish::draw);
    if (!project) co_return public_refusal(project.error());
    co_return co_await preview_drawing(predictions(), request, *project);
}

asio::awaitable<Response> PublicApi::browse(Request& request, View view) {
    const auto project = co_await public_project_of(services_.projects, request, Wish::browse);
    if (!project) co_return public_refusal(project.error());
    co_return co_await view(services_.catalogue, request, *project, surface(request, *project));
}

asio::awaitable<Response> PublicApi::labels(Request& request) {
    const auto project = co_await public_project_of(services_.projects, request, Wish::know);
    if (!project) co_return public_refusal(project.error());
    co_return co_await list_labels(services_.catalogue, services_.projects, *project,
                                   surface(request, *project));
}

asio::awaitable<Response> PublicApi::live_model(Request& request) {
    const auto project = co_await public_project_of(services_.projects, request, Wish::know);
    if (!project) co_return public_refusal(project.error());
    co_return co_await get_live_model(services_.models, *project);
}

asio::awaitable<Response> PublicApi::projects() {
    const auto all = co_await services_.projects.all();
    if (!all) co_return problem(all.error());
    boost::json::array listed;
    for (const auto& project : *all)
        if (service::is_listed(project)) listed.push_back(public_json(project));
    auto response = http::json_response(200, boost::json::object{{"projects", std::move(listed)}});
    response.set("Cache-Control", "no-cache");
    co_return response;
}

asio::awaitable<Response> PublicApi::project(Request& request) {
    const auto project = co_await public_project_of(services_.projects, request, Wish::know);
    if (!project) co_return public_refusal(project.error());
    auto response = http::json_response(200, public_json((*project)->project));
    response.set("Cache-Control", "no-cache");
    co_return response;
}

asio::awaitable<Response> PublicApi::withdraw(Request& request) {
    const auto id = read_id(request);
    if (!id) co_return problem(id.error());
    const auto token = read_withdrawal_token(request);
    if (!token) co_return problem(token.error());
    const auto project = co_await public_project_of(services_.projects, request, Wish::retract);
    if (!project) co_return public_refusal(project.error());
    const auto gone = co_await services_.submissions.withdraw(*id, *token, (*project)->project.id);
    co_return gone ? http::no_content() : problem(gone.error());
}

asio::awaitable<Response> PublicApi::suggest(Request& request) {
    const auto id = read_id(request);
    if (!id) co_return problem(id.error());
    const auto token = read_withdrawal_token(request);
    if (!token) co_return problem(token.error());
    const auto body = read_object(request);
    if (!body) co_return problem(body.error());
    const auto tag = text_member(*body, "tag");
    if (!tag) co_return problem(tag.error());
    if (const auto known = only_members(*body, {"tag"}); !known) co_return problem(known.error());
    const auto project = co_await public_project_of(services_.projects, request, Wish::retract);
    if (!project) co_return public_refusal(project.error());
    const auto suggested =
        co_await services_.submissions.suggest(*id, *token, *tag, (*project)->project.id);
    co_return suggested ? http::no_content() : problem(suggested.error());
}

http::Handler describe_service(const ApiOptions& options) {
    const boost::json::object service{{"version", options.version}, {"demo", options.demo}};
    return [service](Request&) -> asio::awaitable<Response> {
        auto response = http::json_response(200, service);
        response.set("Cache-Control", "no-cache");
        co_return response;
    };
}

}  // namespace

http::Router public_api(const Services& services, WorkerPool& workers, const ApiOptions& options) {
    const auto api = std::make_shared<PublicApi>(services, workers, options);
    http::Router router;
    const auto add = [&](Method method, std::string_view path, const http::Handler& handler,
                         const QueryNames& query = {}) {
        add_in_projects(router, method, path, handler, query);
    };
    const auto view = [&](PublicApi::View shown) {
        return [api, shown](Request& r) { return api->browse(r, shown); };
    };
    add_route(router, Method::get, "/projects", [api](Request&) { return api->projects(); });
    add_route(router, Method::get, "/projects/{project}",
              [api](Request& r) { return api->project(r); });
    add(Method::post, "/predictions", [api](Request& r) { return api->predict(r); });
    add(Method::post, "/predictions:preview", [api](Request& r) { return api->preview(r); });
    // The page's addresses carry what annotators filter by, which is not looked at here.
    add(Method::get, "/drawings", view(list_drawings), list_parameters);
    add(Method::get, "/drawings/{id}", view(get_drawing));
    add(Method::delete_, "/drawings/{id}", [api](Request& r) { return api->withdraw(r); });
    add(Method::post, "/drawings/{id}:suggest", [api](Request& r) { return api->suggest(r); });
    add(Method::get, "/drawings/{id}/image", view(get_image));
    add(Method::get, "/drawings/{id}/strokes", view(get_strokes));
    add(Method::get, "/drawings/{id}/strokes.svg", view(get_strokes));
    add(Method::get, "/labels", [api](Request& r) { return api->labels(r); });
    add(Method::get, "/model", [api](Request& r) { return api->live_model(r); });
    add_route(router, Method::get, "/service", describe_service(options));
    return router;
}

}  // namespace croquis::api
