#include "service/drawings/submissions.h"

#include <algorithm>
#include <boost/asio/any_completion_handler.hpp>
#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/associated_executor.hpp>
#include <boost/asio/async_result.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <memory>

#include "drawing/image.h"
#include "drawing/sanitise.h"
#include "service/drawings/source.h"
#include "service/models/narrowing.h"
#include "service/models/trunk.h"

namespace croquis::service {
namespace {

namespace asio = boost::asio;

constexpr std::size_t max_key_bytes = 255;

Result<void> check_key(std::string_view key) {
    const bool visible =
        std::all_of(key.begin(), key.end(), [](char c) { return c >= '!' && c <= '~'; });
    if (key.size() > max_key_bytes || !visible)
        return Error{ErrorKind::invalid, "An Idempotency-Key is 1 to 255 visible ASCII characters.",
                     "Idempotency-Key"};
    return {};
}

Result<void> check_source(std::string_view source) {
    if (!is_source(source))
        return Error{ErrorKind::invalid,
                     "A source is 1 to 32 of a-z, 0-9 and . _ -, and starts with a letter or a "
                     "digit.",
                     "source"};
    return {};
}

/// Keys are a client's own within a project; a client cannot send this separator.
std::string scoped(std::string key, const ProjectRef& project) {
    if (key.empty() || !project || project->project.id == store::shapes_project) return key;
    return project->project.slug + '\x1f' + key;
}

/// What is stored of the answer, which is `narrowed_to` a project where that has no model of its
/// own.
store::Prediction prediction_in(const ProjectRef& narrowed_to,
                                const recognition::RecognitionResult& recognised) {
    auto prediction = to_stored(recognised.model->id, recognised.prediction);
    if (!narrowed_to) return prediction;
    return narrowed(std::move(prediction), recognised.model->labels, narrowed_to->labels);
}

/// `sent` is the digest of the picture as it came, which is what an idempotency key stands for;
/// `kept` that of the one in the request now.
store::Submission to_submission(SubmitRequest request,
                                const recognition::RecognitionResult& recognised,
                                store::Prediction prediction, const Sha256& sent,
                                const Sha256& kept) {
    store::Submission submission;
    submission.id = Uuid::v7();
    submission.created_at = time_of(submission.id);
    submission.media_type = drawing::to_string(recognised.media_type);
    submission.width = recognised.width;
    submission.height = recognised.height;
    submission.sha256 = kept;
    submission.prediction = std::move(prediction);
    if (request.project) submission.project = request.project->project.id;
    submission.embedding = embedding_of(*recognised.model, recognised.prediction);
    if (!request.idempotency_key.empty())
        submission.request_digest = digest_of(sent, request.strokes);
    submission.image = std::move(request.image);
    submission.strokes = std::move(request.strokes);
    submission.source = std::move(request.source);
    submission.idempotency_key = scoped(std::move(request.idempotency_key), request.project);
    submission.withdrawal = request.withdrawal;
    return submission;
}

}  // namespace

Sha256 digest_of(const Sha256& image, std::string_view strokes) {
    Bytes both(image.begin(), image.end());
    const BytesView text = as_bytes(strokes);
    both.insert(both.end(), text.begin(), text.end());
    return sha256(both);
}

Submissions::Submissions(store::DrawingStore& store, WorkerPool& workers, LiveModels& models,
                         Details& details, Metrics& metrics)
    : store_(store),
      workers_(workers),
      models_(models),
      details_(details),
      recognise_seconds_(metrics.seconds("croquis_submit_seconds",
                                         "A submission's time by stage, waiting included",
                                         {{"stage", "recognise"}})),
      store_seconds_(metrics.seconds("croquis_submit_seconds",
                                     "A submission's time by stage, waiting included",
                                     {{"stage", "store"}})),
      replays_(metrics.counter("croquis_submissions_replayed_total",
                               "Submissions answered from an earlier one with the same key")) {}

struct Submissions::StoredSubmission {
    store::SubmitResult submitted;
    std::shared_ptr<const recognition::ModelInfo> model;  ///< the one that recognised it
    std::vector<float> probabilities;
    ProjectRef narrowed_to;
};

/// One submission on its way from the picture to the durable row. It goes from the batcher's thread
/// to the store's at once: a turn on the network thread between them would cost about as much as
/// all of the HTTP.
class Submissions::SubmissionOperation : public std::enable_shared_from_this<SubmissionOperation> {
  public:
    using Done = asio::any_completion_handler<void(Result<StoredSubmission>)>;

    SubmissionOperation(Submissions& submissions, LiveModels::Answerer answerer,
                        SubmitRequest request, Done done, asio::any_io_executor back)
        : submissions_(submissions),
          answerer_(std::move(answerer)),
          request_(std::move(request)),
          done_(std::move(done)),
          back_(std::move(back)) {}

    void begin() {
        answerer_.batcher->recognise(
            request_.image, request_.asker,
            [self = shared_from_this()](Result<recognition::RecognitionResult> recognised) {
                try {
                    self->store(std::move(recognised));
                } catch (const std::exception& thrown) {
                    self->finish(Error{ErrorKind::internal, thrown.what()});
                }
            });
    }

  private:
    void store(Result<recognition::RecognitionResult> recognised) {
        watch_.lap(submissions_.recognise_seconds_);
        if (!recognised) return finish(recognised.error());
        stored_.model = recognised->model;
        stored_.probabilities = recognised->prediction.probabilities;
        stored_.narrowed_to = answerer_.narrowed_to;
        const Sha256 sent = sha256(request_.image);
        Sha256 kept = sent;
        if (!recognised->bare) {
            auto bare = drawing::sanitised(request_.image);
            if (!bare) return finish(bare.error());
            request_.image = std::move(*bare);
            kept = sha256(request_.image);
        }
        auto submission =
            to_submission(std::move(request_), *recognised,
                          prediction_in(answerer_.narrowed_to, *recognised), sent, kept);
        submissions_.store_.submit(
            std::move(submission),
            [self = shared_from_this()](Result<store::SubmitResult> submitted) {
                self->answer(std::move(submitted));
            });
    }

    void answer(Result<store::SubmitResult> submitted) {
        watch_.lap(submissions_.store_seconds_);
        if (!submitted) return finish(submitted.error());
        stored_.submitted = std::move(*submitted);
        finish(std::move(stored_));
    }

    void finish(Result<StoredSubmission> result) {
        asio::post(back_, [done = std::move(done_), result = std::move(result)]() mutable {
            std::move(done)(std::move(result));
        });
    }

    Submissions& submissions_;
    const LiveModels::Answerer answerer_;
    SubmitRequest request_;
    Done done_;
    asio::any_io_executor back_;
    StoredSubmission stored_;
    Stopwatch watch_;
};

asio::awaitable<Result<Submissions::StoredSubmission>> Submissions::recognised_and_stored(
    SubmitRequest request) {
    auto answerer = co_await models_.answerer_in(request.project);
    if (!answerer) co_return answerer.error();
    // NOLINTNEXTLINE(performance-unnecessary-value-param): it is moved, once the template is filled
    auto start = [this, &answerer](auto handler, SubmitRequest given) {
        auto back = asio::any_io_executor(asio::get_associated_executor(handler));
        std::make_shared<SubmissionOperation>(*this, std::move(*answerer), std::move(given),
                                              std::move(handler), std::move(back))
            ->begin();
    };
    co_return co_await asio::async_initiate<const asio::use_awaitable_t<>&,
                                            void(Result<StoredSubmission>)>(
        start, asio::use_awaitable, std::move(request));
}

asio::awaitable<Result<SubmitAnswer>> Submissions::submit(SubmitRequest request) {
    if (request.source.empty()) request.source = "api";
    if (const auto valid = check_key(request.idempotency_key); !valid) co_return valid.error();
    if (const auto valid = check_source(request.source); !valid) co_return valid.error();
    if (request.project)
        if (const auto taken = takes_drawings(request.project->project); !taken)
            co_return taken.error();

    auto stored = co_await recognised_and_stored(std::move(request));
    if (!stored) co_return stored.error();

    SubmitAnswer answer;
    answer.replayed = stored->submitted.replayed;
    answer.drawing = std::move(stored->submitted.drawing);
    if (!answer.replayed) {
        answer.top = top_in(stored->narrowed_to, stored->model->labels, stored->probabilities);
        co_return answer;
    }
    replays_.Increment();
    const auto job = [this, &answer]() -> Result<Detail> {
        return details_.with_top(std::move(answer.drawing));
    };
    auto detail = co_await workers_.run(job);
    if (!detail) co_return detail.error();
    answer.drawing = std::move(detail->drawing);
    answer.top = std::move(detail->top);
    co_return answer;
}

asio::awaitable<Result<PreviewAnswer>> Submissions::preview(Bytes image, recognition::Asker asker,
                                                            ProjectRef project) {
    const auto answerer = co_await models_.answerer_in(std::move(project));
    if (!answerer) co_return answerer.error();
    auto recognised = co_await answerer->batcher->recognise(image, asker);
    if (!recognised) co_return recognised.error();
    PreviewAnswer answer;
    answer.prediction = prediction_in(answerer->narrowed_to, *recognised);
    answer.top = top_in(answerer->narrowed_to, recognised->model->labels,
                        recognised->prediction.probabilities);
    co_return answer;
}

asio::awaitable<Result<void>> Submissions::withdraw(Uuid id, Sha256 token, int project) {
    const store::Withdrawal withdrawal{id, token, now(), project};
    const auto job = [this, &withdrawal] { return store_.withdraw(withdrawal); };
    co_return co_await workers_.run(job);
}

asio::awaitable<Result<void>> Submissions::suggest(Uuid id, Sha256 token, std::string tag,
                                                   int project) {
    const store::Withdrawal by{id, token, now(), project};
    const auto job = [this, &by, &tag]() -> Result<void> {
        const auto suggested = store_.suggest(by, tag);
        if (!suggested) return suggested.error();
        return {};
    };
    co_return co_await workers_.run(job);
}

}  // namespace croquis::service
