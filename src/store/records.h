#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <string_view>

#include "core/error.h"
#include "store/failure.h"
#include "store/model.h"

/// What both stores do alike with what they keep.
namespace croquis::store {

struct JobRetry;

/// What a database can never take, found before it joins a batch. Errors: invalid.
Result<void> check(const Submission& submission);
Result<void> check(const Embedding& embedding);
Result<void> check(const ReviewedQuery& query);
Result<void> check(const StretchQuery& query);

/// Float32 in this machine's order, which is little-endian wherever Croquis is built.
BytesView bytes_of(const std::vector<float>& values);
std::vector<float> floats_of(BytesView bytes);

/// The numbers of an embedding as the databases keep them.
BytesView bytes_of(const Embedding& embedding);
Embedding embedding_of(const std::string& trunk, float scale, BytesView numbers);

/// One page of reviewed drawings, and one stretch of all, as SQL that both databases read. The
/// columns: id, version, tag, model, predicted_tag, scale and vector of the embedding; then, of a
/// page, the basis and whether an import alone reviewed it, and of a stretch whether something is
/// to be done with the drawing. Parameters, which both databases count in the order in which they
/// first appear: of a page the trunk, the project, the last id where there is one, the limit; of a
/// stretch the model where there is one, the project, the last id, the limit, the trunk.
std::string reviewed_statement(const ReviewedQuery& query);
std::string stretch_statement(const StretchQuery& query);

/// A drawing's id and its created_at are the same moment within this, which lets a list between two
/// times read only their stretch of the primary key.
inline constexpr std::chrono::minutes id_time_slack{10};

/// The least version 7 id that could be made at `time`.
Uuid lowest_id_at(Timestamp time);

/// The condition that a drawing is shown: neither hidden nor deleted. PostgreSQL takes it to leave
/// nearly all rows, with statistics and without; it would take "withdrawn IS NULL" of a table that
/// was not analysed yet to leave one row in 200, and sort the whole table for a page.
inline constexpr const char* shown = "coalesce(withdrawn, '') NOT IN ('hidden', 'deleted')";

/// The condition that annotators see a drawing: it was not deleted.
inline constexpr const char* not_deleted = "coalesce(withdrawn, '') <> 'deleted'";

/// Throws where the viewer sees another project than that of the drawing.
void require_in_view(int project, const Viewer& viewer);

/// The condition that this audience sees a drawing.
const char* visible_to(Audience audience);

/// The trunks that there are embeddings of, without reading the embeddings.
inline constexpr const char* all_trunks =
    "WITH RECURSIVE trunks (trunk) AS (SELECT min(trunk) FROM embedding UNION ALL "
    "SELECT (SELECT min(embedding.trunk) FROM embedding WHERE embedding.trunk > trunks.trunk) "
    "FROM trunks WHERE trunks.trunk IS NOT NULL) ";

/// The one that was live before, of the project $1.
const std::string& model_before_sql();
inline constexpr const char* make_live_sql =
    "UPDATE model SET state = 'live', promoted_at = CASE WHEN state = 'live' THEN promoted_at "
    "ELSE $1 END WHERE id = $2";

/// Parameter: a project. A row where it may go back to the model before by itself.
inline constexpr const char* may_roll_back_sql =
    "SELECT 1 FROM project WHERE id = $1 AND rolls_back AND archived_at IS NULL "
    "AND rolled_back IS NULL";

struct EmbeddingsQuery;

/// A project's newest drawings: id, and scale and vector where there are any. Parameters: project,
/// the id that they come before, limit, trunk. The limit is on what is looked at, so that one
/// statement never takes long.
inline constexpr const char* newest_embeddings_sql =
    "SELECT d.id, e.scale, e.vector FROM (SELECT id FROM drawing WHERE project = $1 AND id < $2 "
    "ORDER BY id DESC LIMIT $3) AS d LEFT JOIN embedding e ON e.trunk = $4 AND e.drawing = d.id "
    "ORDER BY d.id DESC";
Result<void> check(const EmbeddingsQuery& query);
/// How many drawings embeddings_of() is asked for.
Result<void> check_embeddings_asked(std::size_t drawings);

/// What comes after every id.
inline constexpr Uuid last_id = [] {
    Uuid id{};
    for (auto& byte : id.bytes) byte = 0xff;
    return id;
}();

/// What is left of a drawing that was deleted.
Drawing tombstone(const Drawing& drawing);

/// Whether the token of the submission, whose digest the store has, still holds at that time.
/// Errors: forbidden.
Result<void> check_withdrawal(const Drawing& drawing, const std::optional<Sha256>& digest,
                              const Withdrawal& withdrawal);

/// The drawing that a submission becomes.
Drawing first_drawing(const Submission& submission);

/// The entry that opens every history. It is not stored: the prediction says it all.
TagEvent first_event(const Drawing& drawing);

/// The errors that both stores answer with, in the same words.
Error other_request();
Error deleted_meanwhile();
Error bad_refresh_token();
Failure bad_sign_in();
Failure not_an_admin();
Failure last_admin();
Failure stale_version(int current);
Failure no_drawing();
Failure no_user();
Failure name_taken();
Failure no_model();
Failure model_is_live();
Failure model_has_others();
Failure model_there();
Failure not_rolled_back();
Failure no_project();
Failure project_there();
Failure no_job();
Failure job_ended();
Failure job_under_way();
Failure lease_lost();

/// The columns of a job, in the order in which both stores read them.
inline constexpr const char* job_columns =
    "id, kind, parameters, state, progress, cancel_requested, attempts, result, error, created_by, "
    "created_by_id, created_at, due_at, started_at, finished_at, project, "
    "(SELECT slug FROM project WHERE project.id = coalesce(job.project, 1)), detail, "
    "lease_expires_at";
/// The columns of a project, in the order in which both stores read them.
inline constexpr const char* project_columns =
    "id, slug, name, guidelines, who_draws, who_browses, opinions_wanted, retention_days, "
    "live_model, archived_at, created_at, rolls_back, rolled_back, teach_after, promotes_better";
/// The columns of a model, in the order in which both stores read them.
inline constexpr const char* model_columns =
    "id, card, sha256, state, created_at, kind, parent, lineage, project, "
    "promoted_at";
/// Jobs that nobody works at, $1 being the time.
inline constexpr const char* claimable =
    "(state = 'queued' AND due_at <= $1 OR state = 'running' AND lease_expires_at <= $1)";
/// The open job of the kind $1 in the project $2. A job without a project is one of the first.
inline constexpr const char* open_of_kind =
    "kind = $1 AND coalesce(project, 1) = $2 AND state IN ('queued', 'running') LIMIT 1";
/// How many drawings of the project $2 were reviewed since the last job of the kind $1 began in it,
/// or since $3 where there was none, $4 at most; 0 while one is open. In the order of an index,
/// which PostgreSQL, not knowing how few they are, would pass over for the whole table.
inline constexpr const char* reviewed_since_job =
    "WITH last AS (SELECT coalesce(started_at, created_at) AS began FROM job "
    "WHERE kind = $1 AND coalesce(project, 1) = $2 "
    "ORDER BY coalesce(started_at, created_at) DESC LIMIT 1) "
    "SELECT count(*) FROM (SELECT 1 FROM drawing WHERE project = $2 AND tagged_by IS NOT NULL "
    "AND NOT EXISTS (SELECT 1 FROM job WHERE kind = $1 AND coalesce(project, 1) = $2 "
    "AND state IN ('queued', 'running')) "
    "AND tagged_at > coalesce((SELECT began FROM last), $3) "
    "ORDER BY tagged_at DESC LIMIT $4) AS reviewed";
/// Columns: kind, how many run, how many wait, since when. Parameter: the time.
const std::string& open_jobs_statement();
/// Whether nobody has it at that moment, so that it may be ended without asking anybody.
bool is_nobodys(const Job& job, Timestamp at);
/// Whether nothing becomes of it any more.
bool has_ended(const Job& job);
/// ",a,b," of those kinds, for a query to look a kind up in.
std::string kinds_text(const std::vector<std::string>& kinds);
std::vector<std::string> kinds_from(std::string_view text);
/// A text among a job's parameters; nothing where there is none of the name.
std::optional<std::string> parameter_of(const Job& job, std::string_view name);
/// What does anew what `ended` was to do. Throws Failure where that did not end, or succeeded.
Job retry_of(const Job& ended, const JobRetry& retry);
/// The job that this one retries.
std::optional<Uuid> retried_by(const Job& job);
/// What becomes of a job that nobody works at any more; none where it is to be begun again.
std::optional<JobOutcome> end_of_abandoned(const Job& job);
Result<void> check_job_limit(std::size_t limit);

/// The processes that are there at the time $1, their columns in the order in which both stores
/// read them.
inline constexpr const char* workers_sql =
    "SELECT id, name, process, version, kinds, since, seen_at, expires_at FROM worker "
    "WHERE expires_at > $1 ORDER BY id LIMIT 1000";
/// The jobs that somebody is at, at the time $1: whose lease it is, then the members of JobAtWork.
inline constexpr const char* jobs_at_work_sql =
    "SELECT lease_owner, id, kind, "
    "(SELECT slug FROM project WHERE project.id = coalesce(job.project, 1)) "
    "FROM job WHERE state = 'running' AND lease_expires_at > $1 ORDER BY id";
/// Gives a job to the one of these whose lease it is; to none where that is another process.
void give_job(std::vector<Worker>& workers, std::string_view owner, JobAtWork job);

/// The project as `change` makes it.
Project changed(Project project, const ProjectChange& change);
/// The account as `change` makes it.
User changed(User user, const AccountChange& change);
/// Whether the account may do what an admin may.
bool is_enabled_admin(const User& user);
/// Whether a change ends the user's sign-ins.
bool ends_sign_ins(const AccountChange& change);

/// Whether a token used at `used_at` may be used again at `at`.
bool in_rotation_grace(const std::optional<Timestamp>& used_at, Timestamp at);

std::string_view to_string(Role role);
Role role_from(std::string_view text);
std::string_view to_string(Access access);
Access access_from(std::string_view text);
std::string_view to_string(ModelState state);
ModelState model_state_from(std::string_view text);
std::string_view to_string(ModelKind kind);
ModelKind model_kind_from(std::string_view text);
std::string_view to_string(JobState state);
JobState job_state_from(std::string_view text);
std::string_view to_string(WorkerProcess process);
WorkerProcess worker_process_from(std::string_view text);
/// As the column `withdrawn` has it; nothing for what is shown.
std::optional<std::string> to_column(Visibility visibility);
Visibility visibility_from(const std::optional<std::string>& column);
std::string_view to_string(TagEventKind kind);
TagEventKind tag_event_kind_from(std::string_view text);
std::string_view to_string(Asked asked);
Asked asked_from(std::string_view text);
std::string_view to_string(Basis basis);
Basis basis_from(std::string_view text);
/// As a column that may be null has it.
template <class T>
std::optional<std::string> text_of(const std::optional<T>& value) {
    return value ? std::optional(std::string(to_string(*value))) : std::nullopt;
}

/// For how long a key can be replayed; the contract says 24 hours at least.
inline constexpr std::chrono::hours idempotency_keys_last{48};
/// For how long an expired refresh token is remembered, so that its use is noticed.
inline constexpr std::chrono::hours expired_tokens_last{24 * 30};

}  // namespace croquis::store
