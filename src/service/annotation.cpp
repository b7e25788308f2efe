#include "service/annotation.h"

#include <algorithm>
#include <boost/asio/any_completion_handler.hpp>
#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/associated_executor.hpp>
#include <boost/asio/async_result.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/json.hpp>
#include <cstring>
#include <memory>
#include <numeric>

#include "core/characters.h"
#include "core/text.h"
#include "drawing/image.h"
#include "drawing/sanitise.h"
#include "service/models.h"
#include "service/narrowing.h"
#include "service/source.h"
#include "service/training_jobs.h"
#include "service/trunk.h"
#include "service/watch.h"
#include "store/tagging.h"

namespace croquis::service {
namespace {

namespace asio = boost::asio;

constexpr std::size_t top_count = 5;
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

Result<void> check_reason(std::string_view reason) {
    if (reason.size() > max_reason_bytes)
        return Error{ErrorKind::invalid, "A reason has at most 500 bytes.", "reason"};
    if (has_control_characters(reason))
        return Error{ErrorKind::invalid, "A reason has no control characters.", "reason"};
    return {};
}

Result<void> check_comment(std::string_view comment) {
    if (comment.size() > store::max_flag_bytes)
        return Error{ErrorKind::invalid, "A comment has at most 500 bytes.", "comment"};
    const auto control = [](char c) { return is_control(c) && c != '\n'; };
    if (std::any_of(comment.begin(), comment.end(), control))
        return Error{ErrorKind::invalid, "A comment has no control characters.", "comment"};
    return {};
}

Result<void> check_count(std::size_t drawings) {
    if (drawings < 1 || drawings > max_at_once)
        return Error{ErrorKind::invalid, "1 to 200 drawings can be changed at once.", "drawings"};
    return {};
}

store::Author author(identity::Principal who) {
    return {who.user, std::move(who.name)};
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

Top top_in(const ProjectRef& narrowed_to, const std::vector<std::string>& labels,
           const std::vector<float>& probabilities) {
    if (!narrowed_to) return best_of(labels, probabilities);
    const auto left = narrowed(labels, probabilities, narrowed_to->labels);
    return best_of(left.labels, left.probabilities);
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

/// The labels that a model's card states; none where it cannot be read.
std::vector<std::string> card_labels(const std::string& card) {
    boost::system::error_code failed;
    const auto value = boost::json::parse(card, failed);
    std::vector<std::string> labels;
    if (failed || !value.is_object()) return labels;
    const auto* listed = value.get_object().if_contains("labels");
    if (listed == nullptr || !listed->is_array()) return labels;
    for (const auto& label : listed->get_array())
        if (label.is_string()) labels.emplace_back(label.get_string());
    return labels;
}

}  // namespace

Top best_of(const std::vector<std::string>& labels, const std::vector<float>& probabilities) {
    if (labels.size() != probabilities.size()) return {};
    std::vector<std::size_t> order(labels.size());
    std::iota(order.begin(), order.end(), std::size_t{0});
    const auto count = std::min(top_count, order.size());
    std::partial_sort(
        order.begin(), order.begin() + static_cast<std::ptrdiff_t>(count), order.end(),
        [&](std::size_t a, std::size_t b) { return probabilities[a] > probabilities[b]; });
    Top top;
    top.reserve(count);
    for (std::size_t k = 0; k < count; ++k)
        top.push_back({labels[order[k]], probabilities[order[k]]});
    return top;
}

Sha256 digest_of(const Sha256& image, std::string_view strokes) {
    Bytes both(image.begin(), image.end());
    const BytesView text = as_bytes(strokes);
    both.insert(both.end(), text.begin(), text.end());
    return sha256(both);
}

Annotation::Annotation(store::Store& store, recognition::Batcher& batcher, WorkerPool& workers,
                       Metrics& metrics, const recognition::BatcherOptions& options,
                       TeachingRhythm rhythm, WorkerPool* analyses)
    : store_(store),
      batcher_(batcher),
      workers_(workers),
      recognise_seconds_(metrics.seconds("croquis_submit_seconds",
                                         "A submission's time by stage, waiting included",
                                         {{"stage", "recognise"}})),
      store_seconds_(metrics.seconds("croquis_submit_seconds",
                                     "A submission's time by stage, waiting included",
                                     {{"stage", "store"}})),
      replays_(metrics.counter("croquis_submissions_replayed_total",
                               "Submissions answered from an earlier one with the same key")),
      quality_watch_(store, metrics),
      rhythm_(std::move(rhythm)),
      projects_(store, workers),
      project_models_(store, options, metrics),
      first_questions_([&store](int project) { return first_questions(store, project); },
                       analyses) {}

struct Annotation::StoredSubmission {
    store::SubmitResult submitted;
    std::shared_ptr<const recognition::ModelInfo> model;  ///< the one that recognised it
    std::vector<float> probabilities;
    ProjectRef narrowed_to;
};

/// One submission on its way from the picture to the durable row. It goes from the batcher's thread
/// to the store's at once: a turn on the network thread between them would cost about as much as
/// all of the HTTP.
class Annotation::SubmissionOperation : public std::enable_shared_from_this<SubmissionOperation> {
  public:
    using Done = asio::any_completion_handler<void(Result<StoredSubmission>)>;

    SubmissionOperation(Annotation& annotation, Answerer answerer, SubmitRequest request, Done done,
                        asio::any_io_executor back)
        : annotation_(annotation),
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
        watch_.lap(annotation_.recognise_seconds_);
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
        annotation_.store_.submit(
            std::move(submission),
            [self = shared_from_this()](Result<store::SubmitResult> submitted) {
                self->answer(std::move(submitted));
            });
    }

    void answer(Result<store::SubmitResult> submitted) {
        watch_.lap(annotation_.store_seconds_);
        if (!submitted) return finish(submitted.error());
        stored_.submitted = std::move(*submitted);
        finish(std::move(stored_));
    }

    void finish(Result<StoredSubmission> result) {
        asio::post(back_, [done = std::move(done_), result = std::move(result)]() mutable {
            std::move(done)(std::move(result));
        });
    }

    Annotation& annotation_;
    const Answerer answerer_;
    SubmitRequest request_;
    Done done_;
    asio::any_io_executor back_;
    StoredSubmission stored_;
    Stopwatch watch_;
};

asio::awaitable<Result<Annotation::StoredSubmission>> Annotation::recognised_and_stored(
    SubmitRequest request) {
    auto answerer = co_await answerer_in(request.project);
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

asio::awaitable<Result<Annotation::Answerer>> Annotation::answerer_in(ProjectRef project) {
    // Not owned: it outlives this.
    const std::shared_ptr<recognition::Batcher> general(std::shared_ptr<void>(), &batcher_);
    if (!project || project->project.id == store::shapes_project)
        co_return Answerer{general, nullptr};
    if (!project->project.live_model) co_return Answerer{general, project};
    auto own = co_await project_models_.of(*project->project.live_model);
    if (!own) co_return own.error();
    co_return Answerer{std::move(*own), nullptr};
}

asio::awaitable<Result<SubmitAnswer>> Annotation::submit(SubmitRequest request) {
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
        return with_top(std::move(answer.drawing));
    };
    auto detail = co_await workers_.run(job);
    if (!detail) co_return detail.error();
    answer.drawing = std::move(detail->drawing);
    answer.top = std::move(detail->top);
    co_return answer;
}

asio::awaitable<Result<PreviewAnswer>> Annotation::preview(Bytes image, recognition::Asker asker,
                                                           ProjectRef project) {
    const auto answerer = co_await answerer_in(std::move(project));
    if (!answerer) co_return answerer.error();
    auto recognised = co_await answerer->batcher->recognise(image, asker);
    if (!recognised) co_return recognised.error();
    PreviewAnswer answer;
    answer.prediction = prediction_in(answerer->narrowed_to, *recognised);
    answer.top = top_in(answerer->narrowed_to, recognised->model->labels,
                        recognised->prediction.probabilities);
    co_return answer;
}

asio::awaitable<Result<store::Page>> Annotation::list(store::Query query) {
    const auto job = [this, &query] { return store_.list(query); };
    co_return co_await workers_.run(job);
}

asio::awaitable<Result<Detail>> Annotation::drawing(Uuid id, store::Viewer viewer) {
    const auto job = [this, id, &viewer]() -> Result<Detail> {
        auto found = store_.drawing(id, viewer);
        if (!found) return found.error();
        return with_top(std::move(*found));
    };
    co_return co_await workers_.run(job);
}

asio::awaitable<Result<store::StoredImage>> Annotation::image(Uuid id, store::Viewer viewer,
                                                              std::optional<Sha256> known) {
    const auto job = [&] { return store_.image(id, viewer, known); };
    co_return co_await workers_.run(job);
}

asio::awaitable<Result<std::string>> Annotation::strokes(Uuid id, store::Viewer viewer) {
    const auto job = [this, id, &viewer] { return store_.strokes(id, viewer); };
    co_return co_await workers_.run(job);
}

asio::awaitable<Result<std::vector<store::TagEvent>>> Annotation::history(Uuid id,
                                                                          store::Viewer viewer) {
    const auto job = [this, id, &viewer]() -> Result<std::vector<store::TagEvent>> {
        auto events = store_.history(id, viewer);
        if (!events) return events.error();
        if (events->empty()) return Error{ErrorKind::not_found, "There is no such drawing."};
        return events;
    };
    co_return co_await workers_.run(job);
}

asio::awaitable<Result<std::vector<store::TagEvent>>> Annotation::history_for(
    Uuid account, Uuid id, store::Viewer viewer) {
    // Before the history: where the last opinion comes in between, too little is told, not too
    // much.
    const auto job = [this, &account, &id, &viewer]() -> Result<std::vector<store::TagEvent>> {
        const auto drawing = store_.drawing(id, viewer);
        if (!drawing) return drawing.error();
        auto events = store_.history(id, viewer);
        if (!events) return events.error();
        const bool open = !drawing->tagged_by && !drawing->disputed;
        return open ? store::told_to(account, std::move(*events)) : std::move(*events);
    };
    co_return co_await workers_.run(job);
}

asio::awaitable<Result<std::vector<store::TagCount>>> Annotation::tag_counts(int project) {
    const auto job = [this, project] { return store_.tag_counts(project); };
    co_return co_await workers_.run(job);
}

asio::awaitable<Result<Detail>> Annotation::change_tag(Uuid id, std::string tag, std::string reason,
                                                       store::VersionCondition on,
                                                       identity::Principal by, int project) {
    if (const auto valid = check_reason(reason); !valid) co_return valid.error();
    const store::TagChange asked{id,     std::move(tag),    author(std::move(by)),
                                 now(),  std::move(reason), std::move(on),
                                 project};
    const auto job = [this, &asked, project]() -> Result<Detail> {
        auto changed = with_top(store_.change_tag(asked));
        if (changed) count_reviews(1, project);
        return changed;
    };
    co_return co_await workers_.run(job);
}

asio::awaitable<Result<Detail>> Annotation::undo(Uuid id, store::VersionCondition on,
                                                 identity::Principal by, int project) {
    const store::TagUndo asked{id, author(std::move(by)), now(), std::move(on), project};
    const auto job = [this, &asked] { return with_top(store_.undo_tag(asked)); };
    co_return co_await workers_.run(job);
}

asio::awaitable<Result<Detail>> Annotation::change_flag(Uuid id, std::optional<std::string> words,
                                                        store::VersionCondition on,
                                                        identity::Principal by, int project) {
    if (words)
        if (const auto valid = check_comment(*words); !valid) co_return valid.error();
    const std::vector<store::FlagChange> asked{
        {id, std::move(words), author(std::move(by)), now(), std::move(on), project}};
    const auto job = [this, &asked]() -> Result<Detail> {
        auto changed = store_.change_flags(asked);
        if (!changed) return changed.error();
        return with_top(std::move(changed->front()));
    };
    co_return co_await workers_.run(job);
}

asio::awaitable<Result<store::Page>> Annotation::queue(std::size_t limit,
                                                       std::optional<store::Query::Cursor> after,
                                                       identity::Principal by, int project,
                                                       std::optional<Uuid> import_job) {
    store::Query query;
    query.order = store::Order::most_telling_first;
    query.limit = limit;
    query.reviewed = false;
    query.after = after;
    query.project = project;
    query.asks = by.user;
    query.import_job = import_job;
    const auto job = [this, &query] { return store_.list(query); };
    co_return co_await workers_.run(job);
}

asio::awaitable<Result<std::int64_t>> Annotation::count_waiting(identity::Principal by, int project,
                                                                std::optional<Uuid> import_job) {
    const auto job = [this, &by, project, &import_job] {
        return store_.count_waiting(project, by.user, import_job);
    };
    co_return co_await workers_.run(job);
}

asio::awaitable<Result<Claimed>> Annotation::claim(ClaimRequest request, identity::Principal by) {
    store::ClaimRequest asked;
    asked.holder = request.holder;
    asked.account = by.user;
    asked.project = request.project;
    asked.limit = request.limit;
    asked.passed = std::move(request.passed);
    asked.import_job = request.import_job;
    asked.at = now();
    asked.until = asked.at + claim_lasts;
    asked.first = first_questions_.of(asked.project, asked.at);
    const Bytes seed = random_bytes(sizeof asked.seed);
    std::memcpy(&asked.seed, seed.data(), sizeof asked.seed);
    const auto job = [this, &asked] { return store_.claim(asked); };
    auto drawings = co_await workers_.run(job);
    if (!drawings) co_return drawings.error();
    co_return Claimed{asked.until, std::move(*drawings)};
}

asio::awaitable<Result<void>> Annotation::release(Uuid holder, identity::Principal by) {
    const auto job = [this, &holder, &by] { return store_.release(holder, by.user); };
    co_return co_await workers_.run(job);
}

asio::awaitable<Result<std::vector<Result<Detail>>>> Annotation::accept(
    std::vector<SeenDrawing> drawings, identity::Principal by, int project) {
    return review_each(std::move(drawings), std::nullopt, std::move(by), project);
}

asio::awaitable<Result<std::vector<Result<Detail>>>> Annotation::tag_each(
    std::vector<SeenDrawing> drawings, std::string tag, identity::Principal by, int project) {
    return review_each(std::move(drawings), std::move(tag), std::move(by), project);
}

/// Without a tag, each keeps its own.
asio::awaitable<Result<std::vector<Result<Detail>>>> Annotation::review_each(
    std::vector<SeenDrawing> drawings, std::optional<std::string> tag, identity::Principal by,
    int project) {
    if (const auto valid = check_count(drawings.size()); !valid) co_return valid.error();
    const store::Author who = author(std::move(by));
    const Timestamp at = now();
    std::vector<store::TagChange> changes;
    changes.reserve(drawings.size());
    for (const auto& [id, version] : drawings)
        changes.push_back({id, tag, who, at, {}, version, project, drawings.size() > 1});
    const auto job = [this, &changes, project]() -> Result<std::vector<Result<Detail>>> {
        auto changed = with_tops(store_.change_tags(changes));
        if (changed)
            count_reviews(static_cast<std::size_t>(
                              std::count_if(changed->begin(), changed->end(),
                                            [](const auto& each) { return each.has_value(); })),
                          project);
        return changed;
    };
    co_return co_await workers_.run(job);
}

asio::awaitable<Result<std::vector<Result<Detail>>>> Annotation::undo_each(
    std::vector<SeenDrawing> drawings, identity::Principal by, int project) {
    if (const auto valid = check_count(drawings.size()); !valid) co_return valid.error();
    const store::Author who = author(std::move(by));
    const Timestamp at = now();
    std::vector<store::TagUndo> undos;
    undos.reserve(drawings.size());
    for (const auto& [id, version] : drawings) undos.push_back({id, who, at, version, project});
    const auto job = [this, &undos] { return with_tops(store_.undo_tags(undos)); };
    co_return co_await workers_.run(job);
}

asio::awaitable<Result<std::vector<Result<Detail>>>> Annotation::change_visibility(
    std::vector<SeenDrawing> drawings, store::Visibility to, identity::Principal by, int project) {
    if (const auto valid = check_count(drawings.size()); !valid) co_return valid.error();
    const store::Author who = author(std::move(by));
    const Timestamp at = now();
    std::vector<store::VisibilityChange> changes;
    changes.reserve(drawings.size());
    for (const auto& [id, version] : drawings)
        changes.push_back({id, to, who, at, version, project});
    const auto job = [this, &changes]() -> Result<std::vector<Result<Detail>>> {
        return with_tops(store_.change_visibility(changes));
    };
    co_return co_await workers_.run(job);
}

asio::awaitable<Result<void>> Annotation::remove(Uuid id, store::VersionCondition on,
                                                 identity::Principal by, int project) {
    const std::vector<store::VisibilityChange> changes{
        {id, store::Visibility::deleted, author(std::move(by)), now(), std::move(on), project}};
    const auto job = [this, &changes]() -> Result<void> {
        const auto results = store_.change_visibility(changes);
        if (!results) return results.error();
        if (!results->front()) return results->front().error();
        return {};
    };
    co_return co_await workers_.run(job);
}

asio::awaitable<Result<void>> Annotation::withdraw(Uuid id, Sha256 token, int project) {
    const store::Withdrawal withdrawal{id, token, now(), project};
    const auto job = [this, &withdrawal] { return store_.withdraw(withdrawal); };
    co_return co_await workers_.run(job);
}

asio::awaitable<Result<void>> Annotation::suggest(Uuid id, Sha256 token, std::string tag,
                                                  int project) {
    const store::Withdrawal by{id, token, now(), project};
    const auto job = [this, &by, &tag]() -> Result<void> {
        const auto suggested = store_.suggest(by, tag);
        if (!suggested) return suggested.error();
        return {};
    };
    co_return co_await workers_.run(job);
}

/// Blocks.
Result<void> Annotation::take_over(const std::string& model_id, int project,
                                   const store::Promotion& how) {
    auto live = make_live(store_, model_id, project, how);
    if (!live) return live.error();
    projects_.forget();
    if (project != store::shapes_project) return {};
    return batcher_.promote(std::move(*live));
}

asio::awaitable<Result<void>> Annotation::promote(std::string model_id, store::Author by,
                                                  int project) {
    const auto job = [this, &model_id, &by, project]() -> Result<void> {
        if (const auto taken = take_over(model_id, project, {by}); !taken) return taken.error();
        const auto queued = queue_retagging(store_, by, project);
        return queued ? Result<void>() : queued.error();
    };
    co_return co_await workers_.run(job);
}

asio::awaitable<Result<std::string>> Annotation::roll_back(store::Author by, int project) {
    const auto job = [this, &by, project]() -> Result<std::string> {
        const auto before = store_.model_before(project);
        if (!before) return before.error();
        if (const auto taken = take_over(before->id, project, {by, true}); !taken)
            return taken.error();
        return before->id;
    };
    co_return co_await workers_.run(job);
}

/// A job that is open already is enough. Where none can be queued, the next reviews try again.
void Annotation::count_reviews(std::size_t reviews, int project) {
    if (rhythm_.after == 0 || reviews == 0) return;
    {
        const MutexLock lock(mutex_);
        auto& counted = reviews_[project];
        counted += reviews;
        if (counted < rhythm_.after) return;
        counted = 0;
    }
    if (queue_teaching(store_, std::nullopt, project) && rhythm_.on_job) rhythm_.on_job();
}

asio::awaitable<Result<std::vector<store::Label>>> Annotation::labels(int project) {
    const auto job = [this, project] { return store_.labels(project); };
    co_return co_await workers_.run(job);
}

asio::awaitable<Result<std::shared_ptr<const recognition::ModelInfo>>> Annotation::model(
    ProjectRef project) {
    const auto answerer = co_await answerer_in(std::move(project));
    if (!answerer) co_return answerer.error();
    co_return answerer->batcher->model();
}

std::shared_ptr<const recognition::ModelInfo> Annotation::model() const {
    return batcher_.model();
}

asio::awaitable<Result<std::string>> Annotation::card(std::string model_id) {
    const auto job = [this, &model_id]() -> Result<std::string> {
        auto listed = store_.model(model_id);
        if (listed) return std::move(listed->card);
        if (listed.error().kind == ErrorKind::not_found) return std::string();
        return listed.error();
    };
    co_return co_await workers_.run(job);
}

/// Blocks where the model is live no more and was not asked for before, or is a project's.
Detail Annotation::with_top(store::Drawing drawing) {
    Detail detail;
    if (drawing.visibility != store::Visibility::deleted)
        if (auto top = top_of(drawing)) detail.top = std::move(*top);
    detail.drawing = std::move(drawing);
    return detail;
}

Result<Top> Annotation::top_of(const store::Drawing& drawing) {
    const auto& prediction = drawing.prediction;
    const auto live = model();
    const bool by_live = prediction.model == live->id;
    const auto earlier = by_live ? nullptr : labels_of(prediction.model);
    if (!by_live && !earlier) return Top();
    ProjectRef narrowed_to;
    if (drawing.project != (by_live ? store::shapes_project : earlier->project)) {
        auto project = projects_.find_now(drawing.project);
        if (!project) return project.error();
        narrowed_to = std::move(*project);
    }
    return top_in(narrowed_to, by_live ? live->labels : earlier->labels, prediction.probabilities);
}

Result<Detail> Annotation::with_top(Result<store::Drawing> drawing) {
    if (!drawing) return drawing.error();
    return with_top(std::move(*drawing));
}

Result<std::vector<Result<Detail>>> Annotation::with_tops(
    Result<std::vector<Result<store::Drawing>>> all) {
    if (!all) return all.error();
    std::vector<Result<Detail>> details;
    details.reserve(all->size());
    for (auto& drawing : *all) details.push_back(with_top(std::move(drawing)));
    return details;
}

std::shared_ptr<const Annotation::ModelLabels> Annotation::labels_of(const std::string& id) {
    {
        const MutexLock lock(mutex_);
        const auto known = earlier_labels_.find(id);
        if (known != earlier_labels_.end()) return known->second;
    }
    const auto listed = store_.model(id);
    if (!listed) return nullptr;
    auto labels = std::make_shared<const ModelLabels>(
        ModelLabels{card_labels(listed->card), listed->project});
    const MutexLock lock(mutex_);
    return earlier_labels_.emplace(id, std::move(labels)).first->second;
}

}  // namespace croquis::service
