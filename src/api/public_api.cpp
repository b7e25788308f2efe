#include <boost/json/object.hpp>

#include "api/api.h"
#include "api/codec/request_bodies.h"
#include "api/codec/serialisation.h"
#include "api/routes/shared_handlers.h"
#include "identity/rate_limit.h"

namespace croquis::api {
namespace {

namespace asio = boost::asio;
using http::Method;
using http::problem;
using http::Request;
using http::Response;

/// Above this, base64 and JSON are read on a worker: they would keep other connections waiting.
constexpr std::size_t read_in_place_bytes = std::size_t{128} * 1024;

class PublicApi {
  public:
    PublicApi(service::Annotation& annotation, WorkerPool& workers, const ApiOptions& options)
        : annotation_(annotation),
          workers_(workers),
          base_path_(options.base_path),
          max_image_bytes_(options.decode.max_bytes),
          submissions_(options.submissions_per_minute),
          previews_(options.submissions_per_minute * previews_per_submission) {}

    asio::awaitable<Response> predict(Request& request);
    asio::awaitable<Response> preview(Request& request);
    [[nodiscard]] ApiSurface surface() const {
        return {public_surface.base, public_surface.has_history, base_path_};
    }

  private:
    asio::awaitable<Result<service::SubmitRequest>> read(Request& request);
    static void release_body(Request& request);

    service::Annotation& annotation_;
    WorkerPool& workers_;
    const std::string base_path_;
    std::size_t max_image_bytes_;
    identity::RateLimiter submissions_;
    identity::RateLimiter previews_;
};

asio::awaitable<Result<service::SubmitRequest>> PublicApi::read(Request& request) {
    const auto job = [&request, this]() -> Result<service::SubmitRequest> {
        auto submission = read_prediction(request, max_image_bytes_);
        if (!submission) return submission;
        submission->asker = {identity::client_key(request.client), request.hang_up};
        release_body(request);
        return submission;
    };
    if (request.body.size() <= read_in_place_bytes) co_return job();
    co_return co_await workers_.run(job);
}

/// A large body is not kept beside the picture that was read out of it while that waits: what the
/// server counts as this request's stays more than the picture, so what waits is counted too.
void PublicApi::release_body(Request& request) {
    if (request.body.size() > read_in_place_bytes) std::string().swap(request.body);
}

asio::awaitable<Response> PublicApi::predict(Request& request) {
    if (const auto allowed = submissions_.take(identity::client_key(request.client)); !allowed)
        co_return problem(allowed.error());
    auto submission = co_await read(request);
    if (!submission) co_return problem(submission.error());
    submission->idempotency_key = request.header("idempotency-key");
    auto answer = co_await annotation_.submit(std::move(*submission));
    if (!answer) co_return problem(answer.error());
    const service::Detail detail{std::move(answer->drawing), std::move(answer->top)};
    auto response = detail_response(201, detail, surface());
    response.set("Cache-Control", "no-store");
    response.set("Location", drawing_path(surface(), detail.drawing.id));
    if (answer->replayed) response.set("Idempotency-Replayed", "true");
    co_return response;
}

asio::awaitable<Response> PublicApi::preview(Request& request) {
    if (const auto allowed = previews_.take(identity::client_key(request.client)); !allowed)
        co_return problem(allowed.error());
    auto submission = co_await read(request);
    if (!submission) co_return problem(submission.error());
    const auto answer =
        co_await annotation_.preview(std::move(submission->image), submission->asker);
    if (!answer) co_return problem(answer.error());
    auto response = text_response(200, preview_text(*answer));
    response.set("Cache-Control", "no-store");
    co_return response;
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

http::Router public_api(service::Annotation& annotation, WorkerPool& workers,
                        const ApiOptions& options) {
    const auto api = std::make_shared<PublicApi>(annotation, workers, options);
    http::Router router;
    router.add(Method::post, "/predictions", [api](Request& r) { return api->predict(r); });
    router.add(Method::post, "/predictions:preview", [api](Request& r) { return api->preview(r); });
    router.add(Method::get, "/drawings", [api, &annotation](Request& r) {
        return list_drawings(annotation, r, api->surface());
    });
    router.add(Method::get, "/drawings/{id}", [api, &annotation](Request& r) {
        return get_drawing(annotation, r, api->surface());
    });
    router.add(Method::get, "/drawings/{id}/image",
               [api, &annotation](Request& r) { return get_image(annotation, r, api->surface()); });
    router.add(Method::get, "/labels", [&annotation](Request&) { return list_labels(annotation); });
    router.add(Method::get, "/model",
               [&annotation](Request&) { return get_live_model(annotation); });
    router.add(Method::get, "/service", describe_service(options));
    return router;
}

}  // namespace croquis::api
