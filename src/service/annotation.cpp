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

#include "drawing/image.h"
#include "drawing/sanitise.h"
#include "service/models.h"
#include "service/training_jobs.h"
#include "service/trunk.h"

namespace croquis::service {
namespace {

namespace asio = boost::asio;

constexpr std::size_t top_count = 5;
constexpr std::size_t max_key_bytes = 255;
constexpr std::size_t max_source_bytes = 32;

Result<void> check_key(std::string_view key) {
    const bool visible =
        std::all_of(key.begin(), key.end(), [](char c) { return c >= '!' && c <= '~'; });
    if (key.size() > max_key_bytes || !visible)
        return Error{ErrorKind::invalid, "An Idempotency-Key is 1 to 255 visible ASCII characters.",
                     "Idempotency-Key"};
    return {};
}

Result<void> check_source(std::string_view source) {
    const auto plain = [](char c) { return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9'); };
    const bool valid =
        !source.empty() && source.size() <= max_source_bytes && plain(source.front()) &&
        std::all_of(source.begin(), source.end(),
                    [&](char c) { return plain(c) || c == '.' || c == '_' || c == '-'; });
    if (!valid)
        return Error{ErrorKind::invalid,
                     "A source is 1 to 32 of a-z, 0-9 and . _ -, and starts with a letter or a "
                     "digit.",
                     "source"};
    return {};
}

Result<void> check_reason(std::string_view reason) {
    const auto control = [](char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7f; };
    if (reason.size() > max_reason_bytes)
        return Error{ErrorKind::invalid, "A reason has at most 500 bytes.", "reason"};
    if (std::any_of(reason.begin(), reason.end(), control))
        return Error{ErrorKind::invalid, "A reason has no control characters.", "reason"};
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

/// `sent` is the digest of the picture as it came, which is what an idempotency key stands for;
/// `kept` that of the one in the request now.
store::Submission to_submission(SubmitRequest request,
                                const recognition::RecognitionResult& recognised,
                                const Sha256& sent, const Sha256& kept) {
    store::Submission submission;
    submission.id = Uuid::v7();
    submission.created_at = time_of(submission.id);
    submission.media_type = drawing::to_string(recognised.media_type);
    submission.width = recognised.width;
    submission.height = recognised.height;
    submission.sha256 = kept;
    submission.prediction = to_stored(recognised.model->id, recognised.prediction);
    submission.embedding = embedding_of(*recognised.model, recognised.prediction);
    if (!request.idempotency_key.empty())
        submission.request_digest = digest_of(sent, request.strokes);
    submission.image = std::move(request.image);
    submission.strokes = std::move(request.strokes);
    submission.source = std::move(request.source);
    submission.idempotency_key = std::move(request.idempotency_key);
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
                       Metrics& metrics)
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
                               "Submissions answered from an earlier one with the same key")) {}

struct Annotation::StoredSubmission {
    store::SubmitResult submitted;
    std::shared_ptr<const recognition::ModelInfo> model;  ///< the one that recognised it
    std::vector<float> probabilities;
};

/// One submission on its way from the picture to the durable row. It goes from the batcher's thread
/// to the store's at once: a turn on the network thread between them would cost about as much as
/// all of the HTTP.
class Annotation::SubmissionOperation : public std::enable_shared_from_this<SubmissionOperation> {
  public:
    using Done = asio::any_completion_handler<void(Result<StoredSubmission>)>;

    SubmissionOperation(Annotation& annotation, SubmitRequest request, Done done,
                        asio::any_io_executor back)
        : annotation_(annotation),
          request_(std::move(request)),
          done_(std::move(done)),
          back_(std::move(back)) {}

    void begin() {
        annotation_.batcher_.recognise(
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
        const Sha256 sent = sha256(request_.image);
        Sha256 kept = sent;
        if (!recognised->bare) {
            auto bare = drawing::sanitised(request_.image);
            if (!bare) return finish(bare.error());
            request_.image = std::move(*bare);
            kept = sha256(request_.image);
        }
        auto submission = to_submission(std::move(request_), *recognised, sent, kept);
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
    SubmitRequest request_;
    Done done_;
    asio::any_io_executor back_;
    StoredSubmission stored_;
    Stopwatch watch_;
};

asio::awaitable<Result<Annotation::StoredSubmission>> Annotation::recognised_and_stored(
    SubmitRequest request) {
    // NOLINTNEXTLINE(performance-unnecessary-value-param): it is moved, once the template is filled
    auto start = [this](auto handler, SubmitRequest given) {
        auto back = asio::any_io_executor(asio::get_associated_executor(handler));
        std::make_shared<SubmissionOperation>(*this, std::move(given), std::move(handler),
                                              std::move(back))
            ->begin();
    };
    co_return co_await asio::async_initiate<const asio::use_awaitable_t<>&,
                                            void(Result<StoredSubmission>)>(
        start, asio::use_awaitable, std::move(request));
}

asio::awaitable<Result<SubmitAnswer>> Annotation::submit(SubmitRequest request) {
    if (request.source.empty()) request.source = "api";
    if (const auto valid = check_key(request.idempotency_key); !valid) co_return valid.error();
    if (const auto valid = check_source(request.source); !valid) co_return valid.error();

    auto stored = co_await recognised_and_stored(std::move(request));
    if (!stored) co_return stored.error();

    SubmitAnswer answer;
    answer.replayed = stored->submitted.replayed;
    answer.drawing = std::move(stored->submitted.drawing);
    if (!answer.replayed) {
        answer.top = best_of(stored->model->labels, stored->probabilities);
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

asio::awaitable<Result<PreviewAnswer>> Annotation::preview(Bytes image, recognition::Asker asker) {
    auto recognised = co_await batcher_.recognise(image, asker);
    if (!recognised) co_return recognised.error();
    PreviewAnswer answer;
    answer.prediction = to_stored(recognised->model->id, recognised->prediction);
    answer.top = best_of(recognised->model->labels, recognised->prediction.probabilities);
    co_return answer;
}

asio::awaitable<Result<store::Page>> Annotation::list(store::Query query) {
    const auto job = [this, &query] { return store_.list(query); };
    co_return co_await workers_.run(job);
}

asio::awaitable<Result<Detail>> Annotation::drawing(Uuid id, store::Audience audience) {
    const auto job = [this, id, audience]() -> Result<Detail> {
        auto found = store_.drawing(id, audience);
        if (!found) return found.error();
        return with_top(std::move(*found));
    };
    co_return co_await workers_.run(job);
}

asio::awaitable<Result<store::StoredImage>> Annotation::image(Uuid id, store::Audience audience,
                                                              std::optional<Sha256> known) {
    const auto job = [&] { return store_.image(id, audience, known); };
    co_return co_await workers_.run(job);
}

asio::awaitable<Result<std::vector<store::TagEvent>>> Annotation::history(
    Uuid id, store::Audience audience) {
    const auto job = [this, id, audience]() -> Result<std::vector<store::TagEvent>> {
        auto events = store_.history(id, audience);
        if (!events) return events.error();
        if (events->empty()) return Error{ErrorKind::not_found, "There is no such drawing."};
        return events;
    };
    co_return co_await workers_.run(job);
}

asio::awaitable<Result<std::vector<store::TagCount>>> Annotation::tag_counts() {
    const auto job = [this] { return store_.tag_counts(); };
    co_return co_await workers_.run(job);
}

asio::awaitable<Result<Detail>> Annotation::change_tag(Uuid id, std::string tag, std::string reason,
                                                       store::VersionCondition on,
                                                       identity::Principal by) {
    if (const auto valid = check_reason(reason); !valid) co_return valid.error();
    const store::TagChange asked{id,    std::move(tag),    author(std::move(by)),
                                 now(), std::move(reason), std::move(on)};
    const auto job = [this, &asked] { return with_top(store_.change_tag(asked)); };
    co_return co_await workers_.run(job);
}

asio::awaitable<Result<Detail>> Annotation::undo(Uuid id, store::VersionCondition on,
                                                 identity::Principal by) {
    const store::TagUndo asked{id, author(std::move(by)), now(), std::move(on)};
    const auto job = [this, &asked] { return with_top(store_.undo_tag(asked)); };
    co_return co_await workers_.run(job);
}

asio::awaitable<Result<store::Page>> Annotation::queue(std::size_t limit,
                                                       std::optional<store::Query::Cursor> after) {
    store::Query query;
    query.order = store::Order::most_telling_first;
    query.limit = limit;
    query.only_unreviewed = true;
    query.after = after;
    const auto job = [this, &query] { return store_.list(query); };
    co_return co_await workers_.run(job);
}

asio::awaitable<Result<Claimed>> Annotation::claim(ClaimRequest request, identity::Principal by) {
    store::ClaimRequest asked;
    asked.holder = request.holder;
    asked.account = by.user;
    asked.limit = request.limit;
    asked.passed = std::move(request.passed);
    asked.at = now();
    asked.until = asked.at + claim_lasts;
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
    std::vector<SeenDrawing> drawings, identity::Principal by) {
    if (const auto valid = check_count(drawings.size()); !valid) co_return valid.error();
    const store::Author who = author(std::move(by));
    const Timestamp at = now();
    std::vector<store::TagChange> changes;
    changes.reserve(drawings.size());
    for (const auto& [id, version] : drawings)
        changes.push_back(
            {id, std::nullopt, who, at, {}, version, std::nullopt, drawings.size() > 1});
    const auto job = [this, &changes] { return with_tops(store_.change_tags(changes)); };
    co_return co_await workers_.run(job);
}

asio::awaitable<Result<std::vector<Result<Detail>>>> Annotation::undo_each(
    std::vector<SeenDrawing> drawings, identity::Principal by) {
    if (const auto valid = check_count(drawings.size()); !valid) co_return valid.error();
    const store::Author who = author(std::move(by));
    const Timestamp at = now();
    std::vector<store::TagUndo> undos;
    undos.reserve(drawings.size());
    for (const auto& [id, version] : drawings) undos.push_back({id, who, at, version});
    const auto job = [this, &undos] { return with_tops(store_.undo_tags(undos)); };
    co_return co_await workers_.run(job);
}

asio::awaitable<Result<std::vector<Result<Detail>>>> Annotation::change_visibility(
    std::vector<SeenDrawing> drawings, store::Visibility to, identity::Principal by) {
    if (const auto valid = check_count(drawings.size()); !valid) co_return valid.error();
    const store::Author who = author(std::move(by));
    const Timestamp at = now();
    std::vector<store::VisibilityChange> changes;
    changes.reserve(drawings.size());
    for (const auto& [id, version] : drawings) changes.push_back({id, to, who, at, version});
    const auto job = [this, &changes]() -> Result<std::vector<Result<Detail>>> {
        return with_tops(store_.change_visibility(changes));
    };
    co_return co_await workers_.run(job);
}

asio::awaitable<Result<void>> Annotation::remove(Uuid id, store::VersionCondition on,
                                                 identity::Principal by) {
    const std::vector<store::VisibilityChange> changes{
        {id, store::Visibility::deleted, author(std::move(by)), now(), std::move(on)}};
    const auto job = [this, &changes]() -> Result<void> {
        const auto results = store_.change_visibility(changes);
        if (!results) return results.error();
        if (!results->front()) return results->front().error();
        return {};
    };
    co_return co_await workers_.run(job);
}

asio::awaitable<Result<void>> Annotation::withdraw(Uuid id, Sha256 token) {
    const store::Withdrawal withdrawal{id, token, now()};
    const auto job = [this, &withdrawal] { return store_.withdraw(withdrawal); };
    co_return co_await workers_.run(job);
}

asio::awaitable<Result<void>> Annotation::suggest(Uuid id, Sha256 token, std::string tag) {
    const store::Withdrawal by{id, token, now()};
    const auto job = [this, &by, &tag]() -> Result<void> {
        const auto suggested = store_.suggest(by, tag);
        if (!suggested) return suggested.error();
        return {};
    };
    co_return co_await workers_.run(job);
}

asio::awaitable<Result<void>> Annotation::promote(std::string model_id, store::Author by) {
    const auto job = [this, &model_id, &by]() -> Result<void> {
        const auto listed = store_.model(model_id);
        if (!listed) return listed.error();
        auto loaded = load_registered(store_, *listed);
        if (!loaded) return loaded.error();
        if (const auto promoted = store_.promote_model(model_id); !promoted)
            return promoted.error();
        if (const auto taken = batcher_.promote(std::move(*loaded)); !taken) return taken.error();
        const auto queued = queue_retagging(store_, by);
        return queued ? Result<void>() : queued.error();
    };
    co_return co_await workers_.run(job);
}

asio::awaitable<Result<std::vector<store::Label>>> Annotation::labels() {
    const auto job = [this] { return store_.labels(store::shapes_project); };
    co_return co_await workers_.run(job);
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

/// Blocks where the model is live no more and was not asked for before.
Detail Annotation::with_top(store::Drawing drawing) {
    Detail detail;
    if (drawing.visibility == store::Visibility::deleted) {
        detail.drawing = std::move(drawing);
        return detail;
    }
    const auto live = model();
    if (drawing.prediction.model == live->id)
        detail.top = best_of(live->labels, drawing.prediction.probabilities);
    else if (const auto labels = labels_of(drawing.prediction.model))
        detail.top = best_of(*labels, drawing.prediction.probabilities);
    detail.drawing = std::move(drawing);
    return detail;
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

std::shared_ptr<const std::vector<std::string>> Annotation::labels_of(const std::string& id) {
    {
        const std::scoped_lock lock(mutex_);
        const auto known = earlier_labels_.find(id);
        if (known != earlier_labels_.end()) return known->second;
    }
    const auto listed = store_.model(id);
    if (!listed) return nullptr;
    auto labels = std::make_shared<const std::vector<std::string>>(card_labels(listed->card));
    const std::scoped_lock lock(mutex_);
    return earlier_labels_.emplace(id, std::move(labels)).first->second;
}

}  // namespace croquis::service
