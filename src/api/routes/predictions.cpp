#include "api/routes/predictions.h"

#include "api/codec/request_bodies.h"
#include "api/problems.h"
#include "core/rate_limit.h"

namespace croquis::api {
namespace {

namespace asio = boost::asio;
using http::Request;
using http::Response;

/// Above this, base64 and JSON are read on a worker: they would keep other connections waiting.
constexpr std::size_t read_in_place_bytes = std::size_t{128} * 1024;

constexpr std::size_t withdrawal_token_bytes = 16;

/// A large body is not kept beside the picture that was read out of it while that waits: what the
/// server counts as this request's stays more than the picture, so what waits is counted too.
void release_body(Request& request) {
    if (request.body.size() > read_in_place_bytes) std::string().swap(request.body);
}

asio::awaitable<Result<service::SubmitRequest>> read(PredictionContext context, Request& request) {
    const auto job = [&request, &context]() -> Result<service::SubmitRequest> {
        auto submission = read_prediction(request, context.max_image_bytes);
        if (!submission) return submission;
        submission->asker = {client_key(request.client), request.hang_up};
        release_body(request);
        return submission;
    };
    if (request.body.size() <= read_in_place_bytes) co_return job();
    co_return co_await context.workers.run(job);
}

}  // namespace

asio::awaitable<Response> predict_drawing(PredictionContext context, Request& request,
                                          service::ProjectRef project, ApiSurface surface) {
    auto submission = co_await read(context, request);
    if (!submission) co_return problem(submission.error());
    submission->project = std::move(project);
    submission->idempotency_key = request.header("idempotency-key");
    const std::string token = to_base64url(random_bytes(withdrawal_token_bytes));
    submission->withdrawal = sha256(as_bytes(token));
    auto answer = co_await context.submissions.submit(std::move(*submission));
    if (!answer) co_return problem(answer.error());
    const service::Detail detail{std::move(answer->drawing), std::move(answer->top)};
    // Of an earlier submission only the digest of the token is known.
    auto response = stored_response(detail, surface, answer->replayed ? "" : token);
    if (answer->replayed) response.set("Idempotency-Replayed", "true");
    co_return response;
}

asio::awaitable<Response> preview_drawing(PredictionContext context, Request& request,
                                          service::ProjectRef project) {
    auto submission = co_await read(context, request);
    if (!submission) co_return problem(submission.error());
    const auto answer = co_await context.submissions.preview(std::move(submission->image),
                                                             submission->asker, std::move(project));
    if (!answer) co_return problem(answer.error());
    auto response = text_response(200, preview_text(*answer));
    response.set("Cache-Control", "no-store");
    co_return response;
}

}  // namespace croquis::api
