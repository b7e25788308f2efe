#include <boost/json/object.hpp>

#include "api/api.h"
#include "api/codec/query_parameters.h"
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

constexpr std::size_t withdrawal_token_bytes = 16;

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
    PublicApi(service::Annotation& annotation, WorkerPool& workers, const ApiOptions& options)
        : annotation_(annotation),
          workers_(workers),
          base_path_(options.base_path),
          max_image_bytes_(options.decode.max_bytes),
          submissions_(options.submissions_per_minute),
          previews_(options.submissions_per_minute * previews_per_submission) {}

    asio::awaitable<Response> predict(Request& request);
    asio::awaitable<Response> preview(Request& request);
    asio::awaitable<Response> withdraw(Request& request);
    asio::awaitable<Response> suggest(Request& request);
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
    const std::string token = to_base64url(random_bytes(withdrawal_token_bytes));
    submission->withdrawal = sha256(as_bytes(token));
    auto answer = co_await annotation_.submit(std::move(*submission));
    if (!answer) co_return problem(answer.error());
    const service::Detail detail{std::move(answer->drawing), std::move(answer->top)};
    // Of an earlier submission only the digest of the token is known.
    auto response = stored_response(detail, surface(), answer->replayed ? "" : token);
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

asio::awaitable<Response> PublicApi::withdraw(Request& request) {
    const auto id = read_id(request);
    if (!id) co_return problem(id.error());
    const auto token = read_withdrawal_token(request);
    if (!token) co_return problem(token.error());
    const auto gone = co_await annotation_.withdraw(*id, *token);
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
    const auto suggested = co_await annotation_.suggest(*id, *token, *tag);
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
    router.add(Method::delete_, "/drawings/{id}", [api](Request& r) { return api->withdraw(r); });
    router.add(Method::post, "/drawings/{id}:suggest",
               [api](Request& r) { return api->suggest(r); });
    router.add(Method::get, "/drawings/{id}/image",
               [api, &annotation](Request& r) { return get_image(annotation, r, api->surface()); });
    router.add(Method::get, "/labels",
               [api, &annotation](Request&) { return list_labels(annotation, api->surface()); });
    router.add(Method::get, "/model",
               [&annotation](Request&) { return get_live_model(annotation); });
    router.add(Method::get, "/service", describe_service(options));
    return router;
}

}  // namespace croquis::api
