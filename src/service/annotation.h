#pragma once

#include <boost/asio/awaitable.hpp>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "core/metrics.h"
#include "core/mutex.h"
#include "core/worker_pool.h"
#include "identity/identity.h"
#include "recognition/batcher.h"
#include "service/first_questions.h"
#include "service/project_models.h"
#include "service/projects.h"
#include "service/watch.h"
#include "store/store.h"

/// The use cases. Whatever the APIs and the command line do with drawings goes through here.
namespace croquis::service {

/// Drawings accepted or undone in one request.
inline constexpr std::size_t max_at_once = 200;
/// Bytes of a person's reason for a change.
inline constexpr std::size_t max_reason_bytes = 500;

/// A picture to be predicted. `image` is the encoded file; what is stored is drawing::sanitised().
struct SubmitRequest {
    Bytes image;
    std::string strokes;          ///< JSON, or empty
    std::string source;           ///< "page", "api"
    std::string idempotency_key;  ///< 1…255 visible ASCII characters, or empty
    recognition::Asker asker;     ///< whose share of recognition it takes
    /// SHA-256 of the token that lets whoever drew it take it back.
    std::optional<Sha256> withdrawal = std::nullopt;
    ProjectRef project = nullptr;  ///< null: the first one
};

/// A drawing and the version of it that the person saw.
struct SeenDrawing {
    Uuid id;
    int version = 0;
};

struct Ranked {
    std::string tag;
    float probability = 0;
};

/// Best first, at most five.
using Top = std::vector<Ranked>;

struct Detail {
    store::Drawing drawing;
    Top top;  ///< empty where the labels of the model that predicted it are not known any more
};

/// For so long a claim holds drawings unless it is renewed.
inline constexpr std::chrono::seconds claim_lasts{120};

struct ClaimRequest {
    Uuid holder;
    std::size_t limit = 12;    ///< 1…50
    std::vector<Uuid> passed;  ///< at most 200
    int project = store::shapes_project;
    std::optional<Uuid> import_job = std::nullopt;  ///< only what that job brought
};

struct Claimed {
    Timestamp expires_at;
    std::vector<store::ClaimedDrawing> drawings;
};

struct SubmitAnswer {
    store::Drawing drawing;
    Top top;
    bool replayed = false;
};

struct PreviewAnswer {
    store::Prediction prediction;
    Top top;
};

/// The best of `probabilities`, which follow `labels`. Where the two differ in length, none.
Top best_of(const std::vector<std::string>& labels, const std::vector<float>& probabilities);

/// What a key stands for (Store::submit): the picture and the strokes.
Sha256 digest_of(const Sha256& image, std::string_view strokes);

/// When a model is taught without anybody asking.
struct TeachingRhythm {
    std::size_t after = 0;              ///< reviews of a project in this process; 0 for never
    std::function<void()> on_job = {};  ///< called when a job was queued; may be empty
};

/// All functions are coroutines for a network thread: what blocks or takes long runs on `workers`
/// or the batcher. Thread-safe.
class Annotation {
  public:
    /// `options` are the batcher's: those of projects with a model of their own follow them. What
    /// the queue asks about first is found on the `analyses`, nothing without them; the store must
    /// outlive their stop().
    Annotation(store::Store& store, recognition::Batcher& batcher, WorkerPool& workers,
               Metrics& metrics, const recognition::BatcherOptions& options = {},
               TeachingRhythm rhythm = {}, WorkerPool* analyses = nullptr);

    /// Answers once the drawing is stored durably. Errors: what decoding says of the picture
    /// (field "image"), invalid or conflict ("Idempotency-Key"), conflict (project_archived),
    /// unavailable.
    boost::asio::awaitable<Result<SubmitAnswer>> submit(SubmitRequest request);
    boost::asio::awaitable<Result<PreviewAnswer>> preview(Bytes image,
                                                          recognition::Asker asker = {},
                                                          ProjectRef project = nullptr);

    boost::asio::awaitable<Result<store::Page>> list(store::Query query);
    boost::asio::awaitable<Result<Detail>> drawing(
        Uuid id, store::Viewer viewer = store::Audience::everyone);
    /// Without its bytes where its digest is `known`.
    boost::asio::awaitable<Result<store::StoredImage>> image(
        Uuid id, store::Viewer viewer = store::Audience::everyone,
        std::optional<Sha256> known = std::nullopt);
    /// JSON in Quick, Draw!'s form; empty of a drawing that came as a picture.
    boost::asio::awaitable<Result<std::string>> strokes(
        Uuid id, store::Viewer viewer = store::Audience::everyone);
    boost::asio::awaitable<Result<std::vector<store::TagEvent>>> history(
        Uuid id, store::Viewer viewer = store::Audience::everyone);
    /// As store::told_to() tells it to this account.
    boost::asio::awaitable<Result<std::vector<store::TagEvent>>> history_for(Uuid account, Uuid id,
                                                                             store::Viewer viewer);
    boost::asio::awaitable<Result<std::vector<store::TagCount>>> tag_counts(
        int project = store::shapes_project);

    // A drawing of another project than `project` is not found.

    /// Setting the tag that it has accepts it. `reason` is a person's words, or empty. Errors:
    /// those of Store::change_tags; invalid ("reason").
    boost::asio::awaitable<Result<Detail>> change_tag(Uuid id, std::string tag, std::string reason,
                                                      store::VersionCondition on,
                                                      identity::Principal by,
                                                      int project = store::shapes_project);
    /// Takes the last change back that still stands. Errors: those of Store::undo_tags.
    boost::asio::awaitable<Result<Detail>> undo(Uuid id, store::VersionCondition on,
                                                identity::Principal by,
                                                int project = store::shapes_project);
    /// Marks a drawing for attention, with a person's words or none; or, without `words`, takes the
    /// mark away. Errors: those of Store::change_flags; invalid ("comment").
    boost::asio::awaitable<Result<Detail>> change_flag(Uuid id, std::optional<std::string> words,
                                                       store::VersionCondition on,
                                                       identity::Principal by,
                                                       int project = store::shapes_project);
    /// What waits for this person's review, in the order of Order::most_telling_first; only what
    /// the job brought, where one is given.
    boost::asio::awaitable<Result<store::Page>> queue(
        std::size_t limit, std::optional<store::Query::Cursor> after, identity::Principal by,
        int project = store::shapes_project, std::optional<Uuid> import_job = std::nullopt);
    /// How many those are.
    boost::asio::awaitable<Result<std::int64_t>> count_waiting(
        identity::Principal by, int project = store::shapes_project,
        std::optional<Uuid> import_job = std::nullopt);
    /// Holds the next drawings for a person's open page, and what it holds already for longer.
    /// While the project has only begun, FirstQuestions come before the others.
    /// Errors: those of Store::claim.
    boost::asio::awaitable<Result<Claimed>> claim(ClaimRequest request, identity::Principal by);
    /// Lets others have what a page of this person held.
    boost::asio::awaitable<Result<void>> release(Uuid holder, identity::Principal by);
    /// Accepts the tags as they are, in one transaction; answers, in order, the drawing or why not.
    /// At most max_at_once.
    boost::asio::awaitable<Result<std::vector<Result<Detail>>>> accept(
        std::vector<SeenDrawing> drawings, identity::Principal by,
        int project = store::shapes_project);
    /// Gives them all this tag, in one transaction; answers as accept() does. Errors of each: those
    /// of Store::change_tags.
    boost::asio::awaitable<Result<std::vector<Result<Detail>>>> tag_each(
        std::vector<SeenDrawing> drawings, std::string tag, identity::Principal by,
        int project = store::shapes_project);
    /// Undoes each in one transaction, as undo() does; answers as accept() does.
    boost::asio::awaitable<Result<std::vector<Result<Detail>>>> undo_each(
        std::vector<SeenDrawing> drawings, identity::Principal by,
        int project = store::shapes_project);

    /// Hides, shows or deletes; answers as accept() does. Of what is deleted the answer has no
    /// content.
    boost::asio::awaitable<Result<std::vector<Result<Detail>>>> change_visibility(
        std::vector<SeenDrawing> drawings, store::Visibility to, identity::Principal by,
        int project = store::shapes_project);
    /// Deletes one. Errors: those of Store::change_visibility.
    boost::asio::awaitable<Result<void>> remove(Uuid id, store::VersionCondition on,
                                                identity::Principal by,
                                                int project = store::shapes_project);
    /// For whoever has the token of a submission. Errors: those of Store::withdraw, Store::suggest.
    boost::asio::awaitable<Result<void>> withdraw(Uuid id, Sha256 token,
                                                  int project = store::shapes_project);
    boost::asio::awaitable<Result<void>> suggest(Uuid id, Sha256 token, std::string tag,
                                                 int project = store::shapes_project);

    /// Makes a model of the project the live one there, and queues the retagging of what nobody
    /// reviewed. One that cannot be loaded is an Error and changes nothing, and one of another
    /// project is not_found.
    boost::asio::awaitable<Result<void>> promote(std::string model_id, store::Author by,
                                                 int project = store::shapes_project);
    /// Makes the model live that was before in the project, as promote() does, and returns its id.
    /// What the other one said meanwhile stays, until somebody asks for a retagging. Errors:
    /// not_found where none was live before.
    boost::asio::awaitable<Result<std::string>> roll_back(store::Author by,
                                                          int project = store::shapes_project);
    /// By which the figures of projects are shown as metrics.
    [[nodiscard]] QualityWatch& quality_watch() { return quality_watch_; }

    /// The project's labels in its order, retired ones included, whichever model is live.
    boost::asio::awaitable<Result<std::vector<store::Label>>> labels(
        int project = store::shapes_project);
    [[nodiscard]] std::shared_ptr<const recognition::ModelInfo> model() const;
    /// The one that answers in the project: its own, or the general one. Errors: those of loading.
    boost::asio::awaitable<Result<std::shared_ptr<const recognition::ModelInfo>>> model(
        ProjectRef project);
    /// A model's card as JSON; empty where the registry does not hold the model.
    boost::asio::awaitable<Result<std::string>> card(std::string model_id);

    [[nodiscard]] Projects& projects() { return projects_; }

    /// Stops the models of projects; the batcher is its owner's.
    void stop() { project_models_.stop(); }

  private:
    class SubmissionOperation;
    struct StoredSubmission;

    /// Who answers in a project.
    struct Answerer {
        std::shared_ptr<recognition::Batcher> batcher;
        ProjectRef narrowed_to;  ///< null: the answer is the project's as it is
    };
    boost::asio::awaitable<Result<Answerer>> answerer_in(ProjectRef project);
    Result<void> take_over(const std::string& model_id, int project, const store::Promotion& how);
    void count_reviews(std::size_t reviews, int project);

    boost::asio::awaitable<Result<std::vector<Result<Detail>>>> review_each(
        std::vector<SeenDrawing> drawings, std::optional<std::string> tag, identity::Principal by,
        int project);
    boost::asio::awaitable<Result<StoredSubmission>> recognised_and_stored(SubmitRequest request);
    Detail with_top(store::Drawing drawing);
    Result<Detail> with_top(Result<store::Drawing> drawing);
    Result<std::vector<Result<Detail>>> with_tops(Result<std::vector<Result<store::Drawing>>> all);
    Result<Top> top_of(const store::Drawing& drawing);
    struct ModelLabels {
        std::vector<std::string> labels;
        int project = store::shapes_project;  ///< the model's
    };
    std::shared_ptr<const ModelLabels> labels_of(const std::string& model);

    store::Store& store_;
    recognition::Batcher& batcher_;
    WorkerPool& workers_;
    prometheus::Histogram& recognise_seconds_;
    prometheus::Histogram& store_seconds_;
    prometheus::Counter& replays_;
    QualityWatch quality_watch_;
    const TeachingRhythm rhythm_;
    Mutex mutex_;
    /// Of each project, since teaching was last queued in it.
    std::map<int, std::size_t> reviews_ CROQUIS_GUARDED_BY(mutex_);
    /// Of models that are live no more, read from the registry once.
    std::map<std::string, std::shared_ptr<const ModelLabels>> earlier_labels_
        CROQUIS_GUARDED_BY(mutex_);
    Projects projects_;
    ProjectModels project_models_;
    FirstQuestions first_questions_;
};

}  // namespace croquis::service
