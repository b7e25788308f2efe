#include <spdlog/fmt/fmt.h>

#include "store/auditing.h"
#include "store/postgres/audit_rows.h"
#include "store/postgres/job_rows.h"
#include "store/postgres/rows.h"
#include "store/postgres/store.h"
#include "store/records.h"

namespace croquis::store::postgres {
namespace {

/// The first half of a lock on the jobs of a kind: "jobs" in ASCII. The other half is the kind's
/// hash.
constexpr int job_lock = 0x6a6f6273;

/// In the order of job_columns.
Job read_job(const Rows& rows, int row) {
    Job job;
    job.id = rows.uuid(row, 0);
    job.kind = rows.text(row, 1);
    job.parameters = rows.text(row, 2);
    job.state = job_state_from(rows.text(row, 3));
    job.progress = rows.real(row, 4);
    job.cancel_requested = rows.flag(row, 5);
    job.attempts = rows.small(row, 6);
    job.result = text_or_none(rows, row, 7);
    job.error = text_or_none(rows, row, 8);
    if (!rows.null(row, 9) && !rows.null(row, 10))
        job.created_by = Author{rows.uuid(row, 10), std::string(rows.text(row, 9))};
    job.created_at = rows.time(row, 11);
    job.due_at = rows.time(row, 12);
    job.started_at = time_or_none(rows, row, 13);
    job.finished_at = time_or_none(rows, row, 14);
    // Those from before there were several have none.
    job.project = rows.null(row, 15) ? shapes_project : rows.small(row, 15);
    job.project_slug = rows.text(row, 16);
    job.detail = text_or_none(rows, row, 17);
    job.lease_until = time_or_none(rows, row, 18);
    return job;
}

template <class... Values>
std::optional<Job> find_job(Connection& connection, const std::string& rest,
                            const Values&... values) {
    const auto rows =
        connection.query(fmt::format("SELECT {} FROM job WHERE {}", job_columns, rest), values...);
    if (rows.empty()) return std::nullopt;
    return read_job(rows, 0);
}

Job job_of(Connection& connection, const Uuid& id, const char* lock = "") {
    auto found = find_job(connection, std::string("id = $1") + lock, id);
    if (!found) throw no_job();
    return std::move(*found);
}

void insert(Connection& connection, const Job& job) {
    using Id = std::optional<Uuid>;
    using Name = std::optional<std::string>;
    connection.query(
        "INSERT INTO job (id, kind, parameters, created_by, created_by_id, created_at, due_at, "
        "project) VALUES ($1, $2, $3, $4, $5, $6, $7, $8)",
        job.id, job.kind, job.parameters, job.created_by ? Name(job.created_by->name) : Name(),
        job.created_by ? Id(job.created_by->id) : Id(), job.created_at, job.due_at, job.project);
}

Job add(Connection& connection, const Job& job) {
    insert(connection, job);
    if (const auto started = audit_of_started(job)) write_down(connection, *started);
    return job_of(connection, job.id);
}

void begin_job(Connection& connection, const Uuid& id, const JobLease& lease, Timestamp at) {
    connection.query(
        "UPDATE job SET state = 'running', lease_owner = $2, lease_expires_at = $3, "
        "attempts = attempts + 1, started_at = coalesce(started_at, $4) WHERE id = $1",
        id, lease.owner, lease.until, at);
}

void end(Connection& connection, const Uuid& id, const JobOutcome& outcome, Timestamp at) {
    if (outcome.state == JobState::queued) {
        connection.query(
            "UPDATE job SET state = 'queued', attempts = attempts - 1, lease_owner = NULL, "
            "lease_expires_at = NULL WHERE id = $1",
            id);
        return;
    }
    connection.query(
        "UPDATE job SET state = $2, result = $3, error = $4, finished_at = $5, lease_owner = NULL, "
        "lease_expires_at = NULL, cancel_requested = false, "
        "progress = CASE WHEN $2 = 'succeeded' THEN 1 ELSE progress END WHERE id = $1",
        id, to_string(outcome.state), outcome.result, outcome.error, at);
}

/// Until the end of the transaction, nobody else adds one of which there may be one.
void lock_kind(Connection& connection, const std::string& kind) {
    connection.query("SELECT pg_advisory_xact_lock($1, hashtext($2))", job_lock, kind);
}

std::optional<Job> find_open(Connection& connection, const Job& of_its_kind) {
    lock_kind(connection, of_its_kind.kind);
    return find_job(connection, open_of_kind, of_its_kind.kind, of_its_kind.project);
}

std::size_t missing_reviews(Connection& connection, const Job& job, std::size_t reviews) {
    const auto rows = connection.query(reviewed_since_job, job.kind, job.project, Timestamp(),
                                       static_cast<std::int64_t>(reviews));
    return reviews - static_cast<std::size_t>(rows.integer(0, 0));
}

std::optional<Job> find_open_retry(Connection& connection, const Uuid& id) {
    return find_job(connection,
                    "parameters::jsonb ->> 'retries' = $1 AND "
                    "state IN ('queued', 'running') LIMIT 1",
                    to_string(id));
}

/// What another worker is just claiming is passed over.
std::optional<Job> next_job(Connection& connection, const std::string& kinds, Timestamp at) {
    return find_job(connection,
                    std::string(claimable) +
                        " AND position(',' || kind || ',' in $2) > 0 "
                        "ORDER BY due_at, id LIMIT 1 FOR UPDATE SKIP LOCKED",
                    at, kinds);
}

}  // namespace

void add_begun(Connection& connection, const BegunJob& begun) {
    const auto& job = begun.job;
    add(connection, job);
    begin_job(connection, job.id, begun.lease, job.started_at.value_or(job.created_at));
}

Result<Job> PostgresStore::add_job(const Job& job, OpenAtOnce at_once) {
    return in_transaction([&](Connection& connection) {
        if (at_once == OpenAtOnce::one)
            if (auto open = find_open(connection, job)) return std::move(*open);
        return add(connection, job);
    });
}

/// Nearly always some are missing yet, which is known without keeping others from writing.
Result<JobAfterReviews> PostgresStore::add_job_after_reviews(const Job& job, std::size_t reviews) {
    const auto missing = with_connection(
        [&](Connection& connection) { return missing_reviews(connection, job, reviews); });
    if (!missing) return missing.error();
    if (*missing > 0) return JobAfterReviews{std::nullopt, *missing};
    return in_transaction([&](Connection& connection) {
        lock_kind(connection, job.kind);
        const auto still = missing_reviews(connection, job, reviews);
        if (still > 0) return JobAfterReviews{std::nullopt, still};
        return JobAfterReviews{add(connection, job), reviews};
    });
}

Result<Job> PostgresStore::job(const Uuid& id) {
    return with_connection([&](Connection& connection) { return job_of(connection, id); });
}

Result<std::vector<Job>> PostgresStore::jobs(std::size_t limit, const std::optional<Uuid>& after) {
    if (const auto valid = check_job_limit(limit); !valid) return valid.error();
    return with_connection([&](Connection& connection) {
        const auto count = static_cast<std::int64_t>(limit);
        const auto rows =
            after ? connection.query(fmt::format("SELECT {} FROM job WHERE id < $2 "
                                                 "ORDER BY id DESC LIMIT $1",
                                                 job_columns),
                                     count, *after)
                  : connection.query(
                        fmt::format("SELECT {} FROM job ORDER BY id DESC LIMIT $1", job_columns),
                        count);
        return read_all(rows, read_job);
    });
}

Result<std::map<std::string, OpenJobs>> PostgresStore::open_jobs(Timestamp at) {
    return with_connection([&](Connection& connection) {
        const auto rows = connection.query(open_jobs_statement(), at);
        std::map<std::string, OpenJobs> open;
        for (int row = 0; row < rows.count(); ++row)
            open[std::string(rows.text(row, 0))] = {rows.integer(row, 1), rows.integer(row, 2),
                                                    time_or_none(rows, row, 3)};
        return open;
    });
}

Result<std::optional<Job>> PostgresStore::claim_job(const std::vector<std::string>& kinds,
                                                    const JobLease& lease, Timestamp at) {
    const auto wanted = kinds_text(kinds);
    return in_transaction([&](Connection& connection) -> std::optional<Job> {
        while (const auto job = next_job(connection, wanted, at)) {
            if (const auto outcome = end_of_abandoned(*job)) {
                end(connection, job->id, *outcome, at);
                continue;
            }
            begin_job(connection, job->id, lease, at);
            return job_of(connection, job->id);
        }
        return std::nullopt;
    });
}

Result<bool> PostgresStore::renew_job(const Uuid& id, const JobLease& lease, float progress,
                                      const std::optional<std::string>& detail) {
    return with_connection([&](Connection& connection) {
        const auto rows = connection.query(
            "UPDATE job SET lease_expires_at = $3, progress = $4, detail = coalesce($5, detail) "
            "WHERE id = $1 AND lease_owner = $2 AND state = 'running' RETURNING cancel_requested",
            id, lease.owner, lease.until, progress, detail);
        if (rows.empty()) throw lease_lost();
        return rows.flag(0, 0);
    });
}

Result<void> PostgresStore::finish_job(const Uuid& id, const std::string& owner,
                                       const JobOutcome& outcome, Timestamp at) {
    return in_transaction([&](Connection& connection) {
        if (!find_job(connection, "id = $1 AND lease_owner = $2 AND state = 'running' FOR UPDATE",
                      id, owner))
            throw lease_lost();
        end(connection, id, outcome, at);
    });
}

Result<Job> PostgresStore::cancel_job(const Uuid& id, Timestamp at) {
    return in_transaction([&](Connection& connection) {
        const auto job = job_of(connection, id, " FOR UPDATE");
        if (is_nobodys(job, at))
            end(connection, id, {JobState::cancelled}, at);
        else if (job.state == JobState::running)
            connection.query("UPDATE job SET cancel_requested = true WHERE id = $1", id);
        else
            throw job_ended();
        return job_of(connection, id);
    });
}

Result<Job> PostgresStore::retry_job(const Uuid& id, const JobRetry& retry) {
    return in_transaction([&](Connection& connection) {
        const auto next = retry_of(job_of(connection, id, " FOR UPDATE"), retry);
        if (find_open_retry(connection, id) || (retry.is_alone && find_open(connection, next)))
            throw job_under_way();
        insert(connection, next);
        if (const auto told = audit_of_retried(next, retry.by)) write_down(connection, *told);
        return job_of(connection, next.id);
    });
}

Result<std::optional<Job>> PostgresStore::open_retry(const Uuid& id) {
    return with_connection([&](Connection& connection) { return find_open_retry(connection, id); });
}

}  // namespace croquis::store::postgres
