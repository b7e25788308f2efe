#include "store/records.h"

#include <spdlog/fmt/fmt.h>

#include <algorithm>
#include <array>
#include <bit>
#include <boost/json.hpp>
#include <chrono>
#include <cmath>
#include <cstring>
#include <utility>

#include "store/store.h"

namespace croquis::store {
namespace {

constexpr std::size_t max_key_bytes = 512;
constexpr std::size_t max_probabilities = 1024;
constexpr std::size_t max_embedding = 1024;
/// Of a job's parameters: the id of the one that it retries.
constexpr const char* retries_member = "retries";

/// A value and the word that a database holds for it.
template <class T>
using Word = std::pair<T, std::string_view>;

constexpr std::array accesses{
    Word<Access>{Access::everyone, "everyone"},
    Word<Access>{Access::link, "link"},
    Word<Access>{Access::users, "users"},
};

constexpr std::array model_states{
    Word<ModelState>{ModelState::candidate, "candidate"},
    Word<ModelState>{ModelState::live, "live"},
    Word<ModelState>{ModelState::retired, "retired"},
};

constexpr std::array model_kinds{
    Word<ModelKind>{ModelKind::trunk, "trunk"},
    Word<ModelKind>{ModelKind::head, "head"},
};

constexpr std::array job_states{
    Word<JobState>{JobState::queued, "queued"},       Word<JobState>{JobState::running, "running"},
    Word<JobState>{JobState::succeeded, "succeeded"}, Word<JobState>{JobState::failed, "failed"},
    Word<JobState>{JobState::cancelled, "cancelled"},
};

constexpr std::array worker_processes{
    Word<WorkerProcess>{WorkerProcess::server, "server"},
    Word<WorkerProcess>{WorkerProcess::worker, "worker"},
};

constexpr std::array tag_event_kinds{
    Word<TagEventKind>{TagEventKind::predicted, "predicted"},
    Word<TagEventKind>{TagEventKind::accepted, "accepted"},
    Word<TagEventKind>{TagEventKind::corrected, "corrected"},
    Word<TagEventKind>{TagEventKind::undone, "undone"},
    Word<TagEventKind>{TagEventKind::imported, "imported"},
    Word<TagEventKind>{TagEventKind::adjudicated, "adjudicated"},
    Word<TagEventKind>{TagEventKind::merged, "merged"},
    Word<TagEventKind>{TagEventKind::suggested, "suggested"},
    Word<TagEventKind>{TagEventKind::withdrawn, "withdrawn"},
    Word<TagEventKind>{TagEventKind::restored, "restored"},
    Word<TagEventKind>{TagEventKind::opinion, "opinion"},
    Word<TagEventKind>{TagEventKind::flagged, "flagged"},
    Word<TagEventKind>{TagEventKind::unflagged, "unflagged"},
};

constexpr std::array asked_words{
    Word<Asked>{Asked::margin, "margin"},
    Word<Asked>{Asked::random, "random"},
};

constexpr std::array basis_words{
    Word<Basis>{Basis::shown, "shown"},
    Word<Basis>{Basis::random, "random"},
    Word<Basis>{Basis::own, "own"},
};

template <class T, std::size_t count>
std::string_view word_of(const std::array<Word<T>, count>& words, T value) {
    for (const auto& [each, word] : words)
        if (each == value) return word;
    throw Failure(ErrorKind::internal, "This value has no word.");
}

template <class T, std::size_t count>
T meaning_of(const std::array<Word<T>, count>& words, std::string_view text, const char* unknown) {
    for (const auto& [value, word] : words)
        if (word == text) return value;
    throw Failure(ErrorKind::internal, unknown);
}

/// A database's text holds no zero byte.
bool has_zero(std::string_view text) {
    return text.find('\0') != std::string_view::npos;
}

}  // namespace

Result<void> check(const Embedding& embedding) {
    const auto invalid = [](const char* detail) {
        return Error{ErrorKind::invalid, detail, "embedding"};
    };
    if (embedding.numbers.empty() || embedding.numbers.size() > max_embedding)
        return invalid("An embedding has 1 to 1024 numbers.");
    if (!std::isfinite(embedding.scale) || embedding.scale < 0)
        return invalid("An embedding's scale is not negative, and finite.");
    if (embedding.trunk.empty() || has_zero(embedding.trunk))
        return invalid("An embedding is of a trunk.");
    return {};
}

Result<void> check(const Submission& submission) {
    const auto invalid = [](const char* field, const char* detail) {
        return Error{ErrorKind::invalid, detail, field};
    };
    const auto& prediction = submission.prediction;
    if (submission.image.empty()) return invalid("image", "The image is empty.");
    if (!(prediction.confidence >= 0 && prediction.confidence <= 1))
        return invalid("confidence", "A confidence lies between 0 and 1.");
    if (prediction.probabilities.size() > max_probabilities)
        return invalid("probabilities", "A prediction has at most 1024 probabilities.");
    if (submission.idempotency_key.size() > max_key_bytes)
        return invalid("Idempotency-Key", "An idempotency key has at most 512 bytes.");
    if (submission.embedding)
        if (auto valid = check(*submission.embedding); !valid) return valid;
    const auto given = [](const std::optional<std::string>& text) {
        return text ? std::string_view(*text) : std::string_view();
    };
    for (const std::string_view text :
         {std::string_view(submission.media_type), std::string_view(submission.strokes),
          std::string_view(submission.source), std::string_view(prediction.model),
          std::string_view(prediction.tag), std::string_view(submission.idempotency_key),
          given(submission.external_id), given(submission.file_name), given(submission.pseudonym)})
        if (has_zero(text)) return invalid("", "A text holds a zero byte.");
    if (std::chrono::abs(time_of(submission.id) - submission.created_at) > id_time_slack)
        return invalid("created_at", "A drawing's id is made when the drawing is.");
    return {};
}

Result<void> check(const ReviewedQuery& query) {
    if (query.limit >= 1 && query.limit <= 1000) return {};
    return Error{ErrorKind::invalid, "A page has 1 to 1000 drawings.", "limit"};
}

Result<void> check(const StretchQuery& query) {
    if (query.limit >= 1 && query.limit <= 5000) return {};
    return Error{ErrorKind::invalid, "A stretch has 1 to 5000 drawings.", "limit"};
}

BytesView bytes_of(const std::vector<float>& values) {
    static_assert(std::endian::native == std::endian::little);
    return {reinterpret_cast<const std::uint8_t*>(values.data()), values.size() * sizeof(float)};
}

std::vector<float> floats_of(BytesView bytes) {
    std::vector<float> values(bytes.size() / sizeof(float));
    if (!values.empty()) std::memcpy(values.data(), bytes.data(), values.size() * sizeof(float));
    return values;
}

BytesView bytes_of(const Embedding& embedding) {
    return {reinterpret_cast<const std::uint8_t*>(embedding.numbers.data()),
            embedding.numbers.size()};
}

Embedding embedding_of(const std::string& trunk, float scale, BytesView numbers) {
    return {trunk, scale, std::vector<std::int8_t>(numbers.begin(), numbers.end())};
}

std::string reviewed_statement(const ReviewedQuery& query) {
    return fmt::format(
        "SELECT d.id, d.version, d.tag, d.model, d.predicted_tag, e.scale, e.vector, d.basis, "
        "CASE WHEN d.basis = 'own' AND d.answered_by = '' THEN 1 ELSE 0 END "
        "FROM drawing d LEFT JOIN embedding e ON e.trunk = $1 AND e.drawing = d.id "
        "WHERE d.project = $2 AND d.tagged_by IS NOT NULL AND {} "
        "ORDER BY d.id DESC LIMIT {}",
        query.after ? std::string(shown) + " AND d.id < $3" : shown, query.after ? "$4" : "$3");
}

/// Whether a drawing's tag came with the data: the suggestion of an import has the probability of
/// its label alone, and names no model of the registry.
constexpr const char* brought_suggestion =
    "length(probabilities) = 4 AND NOT EXISTS (SELECT 1 FROM model known WHERE known.id = "
    "drawing.model)";

/// The limit is on what is looked at, so that one statement never takes long.
std::string stretch_statement(const StretchQuery& query) {
    const bool by_model = query.not_predicted_by.has_value();
    const int first = by_model ? 2 : 1;
    return fmt::format(
        "SELECT d.id, d.version, d.tag, d.model, d.predicted_tag, e.scale, "
        "CASE WHEN {0} THEN e.vector END, {0} FROM (SELECT id, version, tag, model, predicted_tag, "
        "tagged_by, {6} AS brought FROM drawing WHERE project = ${2} AND id > ${3} AND {1} ORDER "
        "BY id LIMIT ${4}) "
        "AS d LEFT JOIN embedding e ON e.trunk = ${5} AND e.drawing = d.id ORDER BY d.id",
        by_model ? "d.tagged_by IS NULL AND d.model <> $1 AND NOT d.brought" : "e.drawing IS NULL",
        shown, first, first + 1, first + 2, first + 3, brought_suggestion);
}

Uuid lowest_id_at(Timestamp time) {
    auto millis = std::chrono::floor<std::chrono::milliseconds>(time).time_since_epoch().count();
    if (millis < 0) millis = 0;
    Uuid id;
    for (std::size_t i = 6; i > 0; --i, millis >>= 8)
        id.bytes[i - 1] = static_cast<std::uint8_t>(millis & 0xff);
    return id;
}

Drawing first_drawing(const Submission& submission) {
    Drawing drawing;
    drawing.id = submission.id;
    drawing.created_at = submission.created_at;
    drawing.media_type = submission.media_type;
    drawing.width = submission.width;
    drawing.height = submission.height;
    drawing.sha256 = submission.sha256;
    drawing.source = submission.source;
    drawing.tag = submission.prediction.tag;
    drawing.prediction = submission.prediction;
    drawing.project = submission.project;
    drawing.external_id = submission.external_id;
    drawing.file_name = submission.file_name;
    drawing.pseudonym = submission.pseudonym;
    return drawing;
}

void require_in_view(int project, const Viewer& viewer) {
    if (viewer.project && *viewer.project != project) throw no_drawing();
}

const char* visible_to(Audience audience) {
    return audience == Audience::everyone ? shown : not_deleted;
}

const std::string& model_before_sql() {
    static const std::string sql = fmt::format(
        "SELECT {} FROM model WHERE state = 'retired' AND promoted_at IS NOT NULL "
        "AND project = $1 ORDER BY promoted_at DESC, row DESC LIMIT 1",
        model_columns);
    return sql;
}

Result<void> check(const EmbeddingsQuery& query) {
    if (query.limit >= 1 && query.limit <= most_embeddings) return {};
    return Error{ErrorKind::invalid, "1 to 5000 embeddings can be read.", "limit"};
}

Result<void> check_embeddings_asked(std::size_t drawings) {
    if (drawings <= most_embeddings) return {};
    return Error{ErrorKind::invalid, "At most 5000 embeddings can be read.", "drawings"};
}

Drawing tombstone(const Drawing& drawing) {
    Drawing left;
    left.id = drawing.id;
    left.created_at = drawing.created_at;
    left.source = drawing.source;
    left.version = drawing.version;
    left.project = drawing.project;
    left.tagged_by = "";  // it waits for nobody's review
    left.visibility = Visibility::deleted;
    return left;
}

Result<void> check_withdrawal(const Drawing& drawing, const std::optional<Sha256>& digest,
                              const Withdrawal& withdrawal) {
    const bool in_time = withdrawal.at < drawing.created_at + withdrawal_lasts;
    if (in_time && digest == withdrawal.digest) return {};
    return Error{ErrorKind::forbidden,
                 "This token is not the drawing's, or it is more than 24 hours old."};
}

TagEvent first_event(const Drawing& drawing) {
    TagEvent event;
    event.to = drawing.prediction.tag;
    event.at = drawing.created_at;
    return event;
}

Error other_request() {
    return {ErrorKind::conflict, "This idempotency key was used for another request.",
            "Idempotency-Key"};
}

Error deleted_meanwhile() {
    return {ErrorKind::conflict, "The drawing that this idempotency key stored was deleted.",
            "Idempotency-Key", 0, "drawing_deleted"};
}

Error bad_refresh_token() {
    return {ErrorKind::unauthenticated, "The refresh token is not valid any more; sign in again."};
}

Failure bad_sign_in() {
    return {ErrorKind::unauthenticated, "The account has changed meanwhile; sign in again."};
}

Failure not_an_admin() {
    return {ErrorKind::forbidden, "Only an admin may do this."};
}

Failure last_admin() {
    return Failure(Error{ErrorKind::conflict,
                         "This is the last enabled admin; make another one first.",
                         {},
                         0,
                         "last_admin"});
}

Project changed(Project project, const ProjectChange& change) {
    project.name = change.name.value_or(project.name);
    project.guidelines = change.guidelines.value_or(project.guidelines);
    project.who_draws = change.who_draws.value_or(project.who_draws);
    project.who_browses = change.who_browses.value_or(project.who_browses);
    project.opinions_wanted = change.opinions_wanted.value_or(project.opinions_wanted);
    project.retention_days = change.retention_days.value_or(project.retention_days);
    project.archived_at = change.archived_at.value_or(project.archived_at);
    project.rolls_back = change.rolls_back.value_or(project.rolls_back);
    project.teach_after = change.teach_after.value_or(project.teach_after);
    project.promotes_better = change.promotes_better.value_or(project.promotes_better);
    return project;
}

User changed(User user, const AccountChange& change) {
    user.password_hash = change.password_hash.value_or(user.password_hash);
    user.role = change.role.value_or(user.role);
    user.disabled = change.disabled.value_or(user.disabled);
    return user;
}

bool is_enabled_admin(const User& user) {
    return user.role == Role::admin && !user.disabled;
}

bool ends_sign_ins(const AccountChange& change) {
    return change.password_hash || change.disabled.value_or(false);
}

/// A clock that is behind the one that wrote `used_at` does not shorten the time.
bool in_rotation_grace(const std::optional<Timestamp>& used_at, Timestamp at) {
    return used_at && at < *used_at + rotation_grace;
}

Failure stale_version(int current) {
    return Failure(
        Error{ErrorKind::precondition_failed,
              fmt::format("The drawing was changed meanwhile: it is at version {} now.", current),
              {},
              0,
              "version_moved_on"});
}

Failure no_drawing() {
    return {ErrorKind::not_found, "There is no drawing with this id."};
}

Failure no_user() {
    return {ErrorKind::not_found, "There is no such user."};
}

Failure name_taken() {
    return Failure(
        Error{ErrorKind::conflict, "This user name is taken.", "name", 0, "user_name_taken"});
}

Failure no_model() {
    return {ErrorKind::not_found, "There is no model with this id."};
}

Failure model_is_live() {
    return Failure(Error{ErrorKind::conflict,
                         "It is live: make another model live before it is removed.",
                         {},
                         0,
                         "model_in_use"});
}

Failure model_has_others() {
    return Failure(Error{ErrorKind::conflict,
                         "Another model was made from it, which must be removed before.",
                         {},
                         0,
                         "model_in_use"});
}

Failure no_project() {
    return {ErrorKind::not_found, "There is no such project."};
}

Failure project_there() {
    return Failure(
        Error{ErrorKind::conflict, "There is a project with this slug.", "slug", 0, "slug_taken"});
}

Failure no_job() {
    return {ErrorKind::not_found, "There is no job with this id."};
}

Failure job_ended() {
    return Failure(Error{ErrorKind::conflict, "This job has ended.", {}, 0, "job_ended"});
}

Failure job_under_way() {
    return Failure(
        Error{ErrorKind::conflict, "A job that does this is under way.", {}, 0, "job_under_way"});
}

Failure lease_lost() {
    return {ErrorKind::conflict, "Another worker has this job."};
}

std::optional<JobOutcome> end_of_abandoned(const Job& job) {
    if (job.cancel_requested) return JobOutcome{JobState::cancelled};
    if (job.attempts < most_job_attempts) return std::nullopt;
    return JobOutcome{JobState::failed, std::nullopt,
                      fmt::format("The work was cut off {} times.", job.attempts)};
}

const std::string& open_jobs_statement() {
    static const std::string sql = fmt::format(
        "SELECT kind, count(*) FILTER (WHERE state = 'running' AND lease_expires_at > $1), "
        "count(*) FILTER (WHERE {0}), "
        "min(CASE state WHEN 'queued' THEN due_at ELSE lease_expires_at END) FILTER (WHERE {0}) "
        "FROM job WHERE state IN ('queued', 'running') GROUP BY kind",
        claimable);
    return sql;
}

bool is_nobodys(const Job& job, Timestamp at) {
    return job.state == JobState::queued ||
           (job.state == JobState::running && job.lease_until && *job.lease_until <= at);
}

bool has_ended(const Job& job) {
    return job.state != JobState::queued && job.state != JobState::running;
}

std::optional<std::string> parameter_of(const Job& job, std::string_view name) {
    boost::system::error_code failed;
    const auto parameters = boost::json::parse(job.parameters, failed);
    if (failed || !parameters.is_object()) return std::nullopt;
    const auto* found = parameters.get_object().if_contains(name);
    if (found == nullptr || !found->is_string()) return std::nullopt;
    return std::string(found->get_string());
}

Job retry_of(const Job& ended, const JobRetry& retry) {
    if (!has_ended(ended)) throw job_under_way();
    if (ended.state == JobState::succeeded)
        throw Failure(Error{ErrorKind::conflict,
                            "This job succeeded: there is nothing to retry.",
                            {},
                            0,
                            "job_succeeded"});
    auto parameters = boost::json::parse(ended.parameters).as_object();
    parameters[retries_member] = croquis::to_string(ended.id);
    Job job;
    job.id = retry.as;
    job.kind = ended.kind;
    job.parameters = boost::json::serialize(parameters);
    job.created_by = ended.created_by;
    job.project = ended.project;
    job.created_at = job.due_at = retry.at;
    return job;
}

std::optional<Uuid> retried_by(const Job& job) {
    const auto retries = parameter_of(job, retries_member);
    if (!retries) return std::nullopt;
    const auto id = Uuid::parse(*retries);
    return id ? std::optional(*id) : std::nullopt;
}

std::string kinds_text(const std::vector<std::string>& kinds) {
    std::string text = ",";
    for (const auto& kind : kinds) text += kind + ",";
    return text;
}

std::vector<std::string> kinds_from(std::string_view text) {
    std::vector<std::string> kinds;
    while (!text.empty()) {
        const auto end = std::min(text.find(','), text.size());
        if (end > 0) kinds.emplace_back(text.substr(0, end));
        text.remove_prefix(std::min(end + 1, text.size()));
    }
    return kinds;
}

void give_job(std::vector<Worker>& workers, std::string_view owner, JobAtWork job) {
    const auto found = std::find_if(workers.begin(), workers.end(), [&](const Worker& worker) {
        return to_string(worker.id) == owner;
    });
    if (found != workers.end()) found->jobs.push_back(std::move(job));
}

Result<void> check_job_limit(std::size_t limit) {
    if (limit >= 1 && limit <= 200) return {};
    return Error{ErrorKind::invalid, "A page has 1 to 200 jobs.", "limit"};
}

Failure model_there() {
    return {ErrorKind::conflict, "There is a model with this id already.", "id"};
}

Failure not_rolled_back() {
    return {ErrorKind::conflict, "The project does not go back to that model by itself any more."};
}

std::string_view to_string(Role role) {
    return role == Role::admin ? "admin" : "annotator";
}

Role role_from(std::string_view text) {
    if (text == "admin") return Role::admin;
    if (text == "annotator") return Role::annotator;
    throw Failure(ErrorKind::internal, "The store holds an unknown role.");
}

std::string_view to_string(Access access) {
    return word_of(accesses, access);
}

Access access_from(std::string_view text) {
    return meaning_of(accesses, text, "The store holds an unknown kind of access.");
}

std::string_view to_string(ModelState state) {
    return word_of(model_states, state);
}

ModelState model_state_from(std::string_view text) {
    return meaning_of(model_states, text, "The store holds an unknown model state.");
}

std::string_view to_string(ModelKind kind) {
    return word_of(model_kinds, kind);
}

ModelKind model_kind_from(std::string_view text) {
    return meaning_of(model_kinds, text, "The store holds an unknown kind of model.");
}

std::string_view to_string(JobState state) {
    return word_of(job_states, state);
}

JobState job_state_from(std::string_view text) {
    return meaning_of(job_states, text, "The store holds an unknown state of a job.");
}

std::string_view to_string(WorkerProcess process) {
    return word_of(worker_processes, process);
}

WorkerProcess worker_process_from(std::string_view text) {
    return meaning_of(worker_processes, text, "The store holds an unknown kind of process.");
}

std::optional<std::string> to_column(Visibility visibility) {
    switch (visibility) {
        case Visibility::shown:
            return std::nullopt;
        case Visibility::hidden:
            return "hidden";
        case Visibility::deleted:
            break;
    }
    return "deleted";
}

Visibility visibility_from(const std::optional<std::string>& column) {
    if (!column) return Visibility::shown;
    return *column == "hidden" ? Visibility::hidden : Visibility::deleted;
}

std::string_view to_string(TagEventKind kind) {
    return word_of(tag_event_kinds, kind);
}

TagEventKind tag_event_kind_from(std::string_view text) {
    return meaning_of(tag_event_kinds, text, "The store holds an unknown kind of event.");
}

std::string_view to_string(Asked asked) {
    return word_of(asked_words, asked);
}

Asked asked_from(std::string_view text) {
    return meaning_of(asked_words, text, "The database holds an unknown reason to ask.");
}

std::string_view to_string(Basis basis) {
    return word_of(basis_words, basis);
}

Basis basis_from(std::string_view text) {
    return meaning_of(basis_words, text, "The database holds an unknown basis of a review.");
}

}  // namespace croquis::store
