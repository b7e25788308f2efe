#pragma once

#include <chrono>
#include <functional>
#include <memory>
#include <string>

#include "core/error.h"
#include "core/metrics.h"
#include "store/model.h"

namespace croquis::store {

/// A job that ends its worker so often is not begun again.
inline constexpr int most_job_attempts = 3;

struct StoreOptions {
    std::size_t readers = 4;  ///< connections for everything but submissions
    std::size_t writers = 2;  ///< PostgreSQL: connections that write submissions; SQLite has one
    std::size_t max_batch = 256;        ///< submissions in one commit
    std::size_t queue_capacity = 4096;  ///< submissions waiting; one more is ErrorKind::unavailable
    /// Under load, how long a small batch waits for more; 0 for never. A store that gets one
    /// submission at a time never waits.
    std::chrono::microseconds linger{1000};
    /// SQLite: take a database file that others can read or change from them, with a warning. A new
    /// one is never theirs.
    bool close_to_others = true;
};

/// What the platform remembers. All functions are thread-safe. All but submit() block: call them
/// from a WorkerPool, never from a network thread. None waits for ever: a lost database, one that
/// stands still, a full disk are ErrorKind::unavailable, within seconds, and later calls try
/// again; nothing that was answered with success is ever lost.
class Store {
  public:
    Store() = default;
    Store(const Store&) = delete;
    Store& operator=(const Store&) = delete;
    virtual ~Store() = default;

    // --- drawings

    using SubmitHandler = std::function<void(Result<SubmitResult>)>;
    /// Queues a submission and returns at once. Submissions that wait together share one commit;
    /// `done` is called exactly once, on a thread of the store, after that commit is durable
    /// (fsync) or has failed: it must not block. A key seen before with the same digest answers
    /// with the first drawing (replayed); with another digest, ErrorKind::conflict
    /// ("Idempotency-Key"), and where that drawing was deleted, conflict (drawing_deleted). A full
    /// queue answers unavailable. Keys are kept for at least 24 hours.
    virtual void submit(Submission submission, SubmitHandler done) = 0;

    virtual Result<Page> list(const Query& query) = 0;
    virtual Result<Drawing> drawing(const Uuid& id, Audience audience = Audience::everyone) = 0;
    /// Without its bytes where its digest is `known`.
    virtual Result<StoredImage> image(const Uuid& id, Audience audience = Audience::everyone,
                                      const std::optional<Sha256>& known = {}) = 0;
    /// Strokes as JSON; empty where none were sent.
    virtual Result<std::string> strokes(const Uuid& id, Audience audience = Audience::everyone) = 0;
    /// Oldest first.
    virtual Result<std::vector<TagEvent>> history(const Uuid& id,
                                                  Audience audience = Audience::everyone) = 0;
    /// Drawings by current tag, for the page's filter. May be up to some seconds old on a large
    /// store.
    virtual Result<std::vector<TagCount>> tag_counts() = 0;

    /// Changes or accepts tags and appends to the histories, all in one transaction; says what
    /// became of each, in order. A tag must be a label of the drawing's project that is not
    /// retired, or one that the drawing carries or was predicted with. Errors of each: not_found,
    /// precondition_failed (code version_moved_on), invalid ("tag", code tag_not_assignable).
    virtual Result<std::vector<Result<Drawing>>> change_tags(
        const std::vector<TagChange>& changes) = 0;
    /// Takes back the last event of each that still stands: tag, who reviewed it and when are again
    /// what they were before it. Where nothing else stands, the drawing is unreviewed again and has
    /// its prediction's tag. All in one transaction; says what became of each, in order. Errors of
    /// each: not_found, precondition_failed (version_moved_on), conflict (nothing_to_undo).
    virtual Result<std::vector<Result<Drawing>>> undo_tags(const std::vector<TagUndo>& undos) = 0;

    /// Hides, shows and deletes, all in one transaction; says what became of each, in order. One
    /// that is so already stays at its version. What is deleted is gone when this returns; the row
    /// stays, without content, and is found by no other function. Errors of each: not_found,
    /// precondition_failed (version_moved_on).
    virtual Result<std::vector<Result<Drawing>>> change_visibility(
        const std::vector<VisibilityChange>& changes) = 0;
    /// Deletes a drawing for whoever drew it. Errors: not_found; forbidden where the token is not
    /// the drawing's, or is older than withdrawal_lasts.
    virtual Result<void> withdraw(const Withdrawal& withdrawal) = 0;
    /// Writes down what whoever drew it says that it is. Its tag stays, and so does whether it is
    /// reviewed. Errors: those of withdraw(); invalid ("tag", code tag_not_assignable); conflict
    /// (too_many_suggestions).
    virtual Result<Drawing> suggest(const Withdrawal& by, const std::string& tag) = 0;

    Result<Drawing> change_tag(const TagChange& change);
    Result<Drawing> undo_tag(const TagUndo& undo);

    // --- projects

    virtual Result<Project> project(const std::string& slug) = 0;
    /// In the project's order, retired ones included.
    virtual Result<std::vector<Label>> labels(int project) = 0;
    /// Adds a label at `place` among those that are there, or after them. Errors: not_found (the
    /// project); conflict ("name"), and ("key") where another label that is not retired has that
    /// key; invalid ("name") where the project has max_labels.
    virtual Result<Label> add_label(int project, const Label& label,
                                    std::optional<std::size_t> place) = 0;
    /// Errors: not_found; conflict ("key").
    virtual Result<Label> change_label(int project, const std::string& name,
                                       const LabelChange& change) = 0;
    /// One step of a merge: retires the label and gives up to `limit` of the drawings that carry it
    /// the other one, each with an event that undo_tags() can take back. A drawing that was
    /// reviewed is then reviewed by whoever merges; one that was not stays so. To be called until
    /// it is done; a call that comes again goes on. Errors: not_found (`from`); invalid ("into")
    /// where that is no label of the project, retired, or the same.
    virtual Result<LabelMergeStep> merge_label(int project, const LabelMerge& merge) = 0;

    // --- users and their tokens

    // `by` is the user who asks for a change of accounts: unless that is an enabled admin at the
    // moment of the change, within its transaction, the change is forbidden. Absent, it is the
    // operator who asks, who has the database itself.

    /// Conflict ("name") where the name is taken.
    virtual Result<void> add_user(const User& user, const std::optional<Uuid>& by) = 0;
    virtual Result<User> user_by_name(const std::string& name) = 0;
    virtual Result<User> user(const Uuid& id) = 0;
    virtual Result<std::vector<User>> users() = 0;
    /// Changes an account and returns it, atomically. A new password and disabling end the user's
    /// sign-ins. Errors: not_found; conflict where no enabled admin would be left, however many
    /// processes change accounts at once.
    virtual Result<User> change_user(const Uuid& id, const AccountChange& change,
                                     const std::optional<Uuid>& by) = 0;
    /// Errors: those of change_user.
    virtual Result<void> delete_user(const Uuid& id, const std::optional<Uuid>& by) = 0;
    /// Puts `to`, a hash of the same password with other costs, in the place of `from`. No error
    /// where the account has another hash by now.
    virtual Result<void> rehash_password(const Uuid& id, const std::string& from,
                                         const std::string& to) = 0;
    /// A user's own change of the password: ends all sign-ins of the user and begins that of
    /// `sign_in`, atomically. Unauthenticated where the account is disabled or gone, or its hash is
    /// not `from` any more.
    virtual Result<void> renew_password(const std::string& from, const std::string& to,
                                        const RefreshToken& sign_in) = 0;

    /// Begins a sign-in. Unauthenticated where the account is disabled or gone, or its hash is not
    /// the one that was checked, `password_hash`, any more.
    virtual Result<void> add_refresh_token(const RefreshToken& token,
                                           const std::string& password_hash) = 0;
    /// Atomically replaces a valid token by `next`. A token used before, longer than rotation_grace
    /// ago, ends its whole family; that, an expired one and an unknown one are unauthenticated.
    virtual Result<RefreshToken> rotate_refresh_token(const Sha256& presented,
                                                      const RefreshToken& next, Timestamp at) = 0;
    /// Ends the whole family of the token; no error where there is none.
    virtual Result<void> revoke_refresh_token(const Sha256& presented) = 0;
    virtual Result<void> revoke_user_tokens(const Uuid& user) = 0;
    /// The user, as long as the sign-in `family` has not ended; not_found otherwise.
    virtual Result<User> signed_in_user(const Uuid& user, const Uuid& family) = 0;

    // --- the model registry

    virtual Result<void> add_model(const Model& model,
                                   BytesView onnx) = 0;  ///< conflict where the id is there
    virtual Result<std::vector<Model>> models() = 0;
    virtual Result<Model> model(const std::string& id) = 0;
    virtual Result<Bytes> model_onnx(const std::string& id) = 0;
    /// Makes one model live and retires the one that was, atomically.
    virtual Result<void> promote_model(const std::string& id) = 0;
    virtual Result<Model> live_model() = 0;  ///< not_found while there is none

    // --- embeddings

    /// Drawings that people reviewed and that are shown. Errors: invalid (limit).
    virtual Result<ReviewedPage> reviewed_drawings(const ReviewedQuery& query) = 0;
    /// Errors: invalid (limit).
    virtual Result<Stretch> stretch(const StretchQuery& query) = 0;
    /// All in one transaction. What is there already stays, and what belongs to no drawing (any
    /// more) is left out.
    virtual Result<void> add_embeddings(const std::vector<NewEmbedding>& embeddings) = 0;
    /// Gives drawings that nobody reviewed another model's prediction and its tag, in one
    /// transaction; their versions grow by one, and what was predicted before is kept as a
    /// prediction of that model. One that was reviewed, changed or deleted meanwhile stays as it
    /// is. Returns how many were changed.
    virtual Result<std::size_t> retag(const std::vector<Retag>& retags, Timestamp at) = 0;
    /// What models other than the present one said of a drawing, oldest first.
    virtual Result<std::vector<Prediction>> earlier_predictions(const Uuid& id) = 0;

    // --- jobs

    /// Queues a job and returns it. With `unless_open`, where one of its kind is queued or running,
    /// that one is returned and nothing is added.
    virtual Result<Job> add_job(const Job& job, bool unless_open) = 0;
    virtual Result<Job> job(const Uuid& id) = 0;
    /// Newest first; `after` is the last of the page before. Errors: invalid (limit: 1 to 200).
    virtual Result<std::vector<Job>> jobs(std::size_t limit, const std::optional<Uuid>& after) = 0;
    /// Takes the job that has been due for longest and that nobody has, or whose lease has expired
    /// at `at`. One that was to be cancelled is cancelled instead, and one that was begun
    /// most_job_attempts times fails instead.
    virtual Result<std::optional<Job>> claim_job(const JobLease& lease, Timestamp at) = 0;
    /// Renews the lease and says how far the work is; returns whether it is to be cancelled.
    /// Conflict where the lease is not the owner's any more.
    virtual Result<bool> renew_job(const Uuid& id, const JobLease& lease, float progress) = 0;
    /// Conflict where the lease is not the owner's any more.
    virtual Result<void> finish_job(const Uuid& id, const std::string& owner,
                                    const JobOutcome& outcome, Timestamp at) = 0;
    /// Cancels a queued job and asks a running one to stop; returns it. Errors: not_found; conflict
    /// (code job_ended) where it has ended.
    virtual Result<Job> cancel_job(const Uuid& id, Timestamp at) = 0;

    // --- the store itself

    /// Applies the migrations not applied yet, each in its own transaction; returns their names.
    /// Safe when several processes start at once.
    virtual Result<std::vector<std::string>> migrate() = 0;
    /// Where the database is a file whose schema lacks steps, copies it as it is to a file beside
    /// it that only its owner can read, and returns that file's path once it is on disk. Nothing
    /// where there is nothing to copy, or where the database is a server's, which has its own
    /// tools.
    virtual Result<std::optional<std::string>> back_up_before_migration() = 0;
    /// The schema's version, without changing it.
    virtual Result<int> schema_version() = 0;
    /// A round trip to the database.
    virtual Result<void> ping() = 0;
    /// For readiness: ping(), and whether a write can succeed, as was seen or tried within the last
    /// seconds. Errors: unavailable, with the reason (a full disk, a standby).
    virtual Result<void> ready() = 0;
    /// Refuses new submissions, commits those that wait, and answers them; those that a silent
    /// database has not taken within its deadline are answered unavailable.
    virtual void stop() = 0;
};

/// Opens `sqlite:PATH` (relative to the working directory; created if missing) or
/// `postgresql://user@host:port/db?…` (libpq's URI). Does not migrate. Errors: invalid (the URL),
/// unavailable (no server). The password in a URL is never logged.
Result<std::unique_ptr<Store>> open_store(const std::string& url, const StoreOptions& options,
                                          Metrics& metrics);

}  // namespace croquis::store
