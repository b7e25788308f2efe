#pragma once

#include "store/connection_pool.h"
#include "store/group_commit.h"
#include "store/postgres/connection.h"
#include "store/store.h"
#include "store/tag_count_cache.h"
#include "store/waiting_counts.h"
#include "store/write_probe.h"

namespace croquis::store::postgres {

/// The store in PostgreSQL 15 or newer, shared by any number of processes.
class PostgresStore final : public Store {
  public:
    /// Throws Failure where the URL is wrong or no server answers.
    PostgresStore(const std::string& url, const StoreOptions& options, Metrics& metrics);

    void submit(Submission submission, SubmitHandler done) override;
    Result<Page> list(const Query& query) override;
    Result<Drawing> drawing(const Uuid& id, const Viewer& viewer) override;
    Result<StoredImage> image(const Uuid& id, const Viewer& viewer,
                              const std::optional<Sha256>& known) override;
    Result<std::string> strokes(const Uuid& id, const Viewer& viewer) override;
    Result<std::vector<TagEvent>> history(const Uuid& id, const Viewer& viewer) override;
    Result<std::vector<TagCount>> tag_counts(int project) override;
    Result<std::vector<Result<Drawing>>> change_tags(
        const std::vector<TagChange>& changes) override;
    Result<std::vector<Result<Drawing>>> undo_tags(const std::vector<TagUndo>& undos) override;
    Result<std::vector<Result<Drawing>>> change_flags(
        const std::vector<FlagChange>& changes) override;
    Result<std::vector<Result<Drawing>>> change_visibility(
        const std::vector<VisibilityChange>& changes) override;
    Result<void> withdraw(const Withdrawal& withdrawal) override;
    Result<Drawing> suggest(const Withdrawal& by, const std::string& tag) override;

    Result<Project> project(const std::string& slug) override;
    Result<std::vector<Project>> projects() override;
    Result<Project> add_project(const Project& project, const Author& by) override;
    Result<Project> change_project(const std::string& slug, const ProjectChange& change,
                                   const Author& by) override;
    Result<std::vector<Label>> labels(int project) override;
    Result<Label> add_label(int project, const Label& label, std::optional<std::size_t> place,
                            const Author& by) override;
    Result<Label> change_label(int project, const std::string& name, const LabelChange& change,
                               const Author& by) override;
    Result<LabelMergeStep> merge_label(int project, const LabelMerge& merge) override;

    Result<void> add_user(const User& user, const std::optional<Uuid>& by) override;
    Result<User> user_by_name(const std::string& name) override;
    Result<User> user(const Uuid& id) override;
    Result<std::vector<User>> users() override;
    Result<User> change_user(const Uuid& id, const AccountChange& change,
                             const std::optional<Uuid>& by) override;
    Result<void> delete_user(const Uuid& id, const std::optional<Uuid>& by) override;
    Result<void> rehash_password(const Uuid& id, const std::string& from,
                                 const std::string& to) override;
    Result<void> renew_password(const std::string& from, const std::string& to,
                                const RefreshToken& sign_in) override;
    Result<void> add_refresh_token(const RefreshToken& token,
                                   const std::string& password_hash) override;
    Result<RefreshToken> rotate_refresh_token(const Sha256& presented, const RefreshToken& next,
                                              Timestamp at) override;
    Result<void> revoke_refresh_token(const Sha256& presented) override;
    Result<void> revoke_user_tokens(const Uuid& user) override;
    Result<User> signed_in_user(const Uuid& user, const Uuid& family) override;

    Result<void> add_model(const Model& model, BytesView onnx) override;
    Result<void> add_model_by(const BegunJob& begun, const Model& model, BytesView onnx) override;
    Result<std::vector<Model>> models() override;
    Result<Model> model(const std::string& id) override;
    Result<Bytes> model_onnx(const std::string& id) override;
    Result<void> remove_model(const std::string& id, int project, const Author& by) override;
    Result<void> promote_model(const std::string& id, const Promotion& how) override;
    Result<void> roll_back(const PolicyRollBack& how) override;
    Result<Model> model_before(int project) override;
    Result<Model> live_model(int project) override;

    Result<ReviewedPage> reviewed_drawings(const ReviewedQuery& query) override;
    Result<Stretch> stretch(const StretchQuery& query) override;
    Result<EmbeddingsPage> newest_embeddings(const EmbeddingsQuery& query) override;
    Result<std::vector<NewEmbedding>> embeddings_of(const std::string& trunk,
                                                    const std::vector<Uuid>& drawings) override;
    Result<void> add_embeddings(const std::vector<NewEmbedding>& embeddings) override;
    Result<std::size_t> retag(const std::vector<Retag>& retags, Timestamp at) override;
    Result<std::vector<Prediction>> earlier_predictions(const Uuid& id) override;

    Result<std::vector<ClaimedDrawing>> claim(const ClaimRequest& request) override;
    Result<std::vector<ClaimedDrawing>> claim_recheck(const ClaimRequest& request) override;
    Result<void> release(const Uuid& holder, const Uuid& account) override;

    Result<std::vector<RecentReview>> recent_reviews(int project, std::size_t limit) override;
    Result<std::vector<DayOfAnswers>> answers_since(int project, Timestamp since) override;
    Result<std::vector<PredictedTag>> predicted_between(int project,
                                                        const PredictedQuery& query) override;
    Result<std::vector<ReviewedCount>> reviewed_counts(int project, Timestamp moment) override;
    Result<std::int64_t> count_waiting(int project, const std::optional<Uuid>& account,
                                       const std::optional<Uuid>& import_job) override;
    Result<std::vector<GivenOpinion>> opinions(int project) override;
    Result<RecheckCounts> recheck_counts(int project) override;
    Result<DuplicateDismissal> dismiss_duplicates(const DuplicateDismissal& dismissal) override;
    Result<std::vector<DuplicateDismissal>> duplicate_dismissals(int project,
                                                                 std::size_t limit) override;
    Result<void> restore_duplicates(const Uuid& id, int project, const Author& by) override;

    Result<Job> add_job(const Job& job, OpenAtOnce at_once) override;
    Result<JobAfterReviews> add_job_after_reviews(const Job& job, std::size_t reviews) override;
    Result<Job> job(const Uuid& id) override;
    Result<std::vector<Job>> jobs(std::size_t limit, const std::optional<Uuid>& after) override;
    Result<std::map<std::string, OpenJobs>> open_jobs(Timestamp at) override;
    Result<std::optional<Job>> claim_job(const std::vector<std::string>& kinds,
                                         const JobLease& lease, Timestamp at) override;
    Result<bool> renew_job(const Uuid& id, const JobLease& lease, float progress,
                           const std::optional<std::string>& detail) override;
    Result<void> finish_job(const Uuid& id, const std::string& owner, const JobOutcome& outcome,
                            Timestamp at) override;
    Result<Job> cancel_job(const Uuid& id, Timestamp at) override;
    Result<Job> retry_job(const Uuid& id, const JobRetry& retry) override;
    Result<std::optional<Job>> open_retry(const Uuid& id) override;

    Result<void> renew_worker(const Worker& worker) override;
    Result<void> remove_worker(const Uuid& id) override;
    Result<std::vector<Worker>> workers(Timestamp at) override;

    Result<std::vector<AuditEvent>> audit(const AuditQuery& query) override;
    Result<void> record(const AuditEvent& event) override;
    Result<std::vector<Drawing>> drawings_drawn_by(const PersonQuery& query) override;
    Result<std::vector<SaidOf>> said_by(const PersonQuery& query) override;
    Result<std::size_t> forget_name(const std::string& name,
                                    const std::vector<Uuid>& drawings) override;

    Result<std::vector<std::string>> migrate() override;
    Result<std::optional<std::string>> back_up_before_migration() override;
    Result<int> schema_version() override;
    Result<void> ping() override;
    Result<void> ready() override;
    void stop() override;

  private:
    using Pool = ConnectionPool<Connection>;

    /// A connection for one caller. Throws Failure, and at once where the server is silent.
    Pool::Lease lend();
    void let_through();
    std::unique_ptr<Connection> open_connection();
    Result<void> try_to_write();
    GroupCommit::Answers commit(std::size_t writer, GroupCommit::Batch& batch);
    void forget_old_keys(Connection& connection);
    Connection& writer(std::size_t number);

    /// Runs `work(Connection&)`, where each statement is its own transaction.
    template <class Work>
    auto with_connection(Work&& work) {
        return guarded([&] {
            auto lease = lend();
            return work(*lease);
        });
    }
    /// Runs `work(Connection&)` in one transaction.
    template <class Work>
    auto in_transaction(Work&& work) {
        return with_connection([&](Connection& connection) {
            Transaction transaction(connection);
            if constexpr (std::is_void_v<decltype(work(connection))>) {
                work(connection);
                transaction.commit();
            } else {
                auto result = work(connection);
                transaction.commit();
                return result;
            }
        });
    }

    const Settings settings_;
    Breaker breaker_;
    Pool connections_;
    std::vector<std::unique_ptr<Connection>> writers_;  ///< each used by one batch at a time
    std::atomic<std::chrono::steady_clock::time_point> keys_due_{};
    TagCountCache tag_counts_;
    WaitingCountCache waiting_counts_;
    WriteProbe probe_;
    GroupCommit commits_;
};

}  // namespace croquis::store::postgres
