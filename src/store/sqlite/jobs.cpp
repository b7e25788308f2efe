#include <spdlog/fmt/fmt.h>

#include "store/auditing.h"
#include "store/records.h"
#include "store/sqlite/audit_rows.h"
#include "store/sqlite/job_rows.h"
#include "store/sqlite/rows.h"
#include "store/sqlite/store.h"

namespace croquis::store::sqlite {
namespace {

/// In the order of job_columns.
Job read_job(const Statement& row) {
    Job job;
    job.id = row.uuid(0);
    job.kind = row.text(1);
    job.parameters = row.text(2);
    job.state = job_state_from(row.text(3));
    job.progress = row.real(4);
    job.cancel_requested = row.integer(5) != 0;
    job.attempts = row.small(6);
    job.result = text_or_none(row, 7);
    job.error = text_or_none(row, 8);
    if (!row.null(9) && !row.null(10)) job.created_by = Author{row.uuid(10), row.text(9)};
    job.created_at = row.time(11);
    job.due_at = row.time(12);
    job.started_at = time_or_none(row, 13);
    job.finished_at = time_or_none(row, 14);
    // Those from before there were several have none.
    job.project = row.null(15) ? shapes_project : row.small(15);
    job.project_slug = row.text(16);
    job.detail = text_or_none(row, 17);
    job.lease_until = time_or_none(row, 18);
    return job;
}

template <class... Values>
std::optional<Job> find_job(Connection& connection, const std::string& rest,
                            const Values&... values) {
    auto row =
        connection.query(fmt::format("SELECT {} FROM job WHERE {}", job_columns, rest), values...);
    if (!row.step()) return std::nullopt;
    return read_job(row);
}

Job job_of(Connection& connection, const Uuid& id) {
    auto found = find_job(connection, "id = $1", id);
    if (!found) throw no_job();
    return std::move(*found);
}

void insert(Connection& connection, const Job& job) {
    using Id = std::optional<Uuid>;
    using Name = std::optional<std::string>;
    connection.run(
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
    connection.run(
        "UPDATE job SET state = 'running', lease_owner = $1, lease_expires_at = $2, "
        "attempts = attempts + 1, started_at = coalesce(started_at, $3) WHERE id = $4",
        lease.owner, lease.until, at, id);
}

void end(Connection& connection, const Uuid& id, const JobOutcome& outcome, Timestamp at) {
    if (outcome.state == JobState::queued) {
        connection.run(
            "UPDATE job SET state = 'queued', attempts = attempts - 1, lease_owner = NULL, "
            "lease_expires_at = NULL WHERE id = $1",
            id);
        return;
    }
    connection.run(
        "UPDATE job SET state = $1, result = $2, error = $3, finished_at = $4, lease_owner = NULL, "
        "lease_expires_at = NULL, cancel_requested = 0, "
        "progress = CASE WHEN $1 = 'succeeded' THEN 1.0 ELSE progress END WHERE id = $5",
        to_string(outcome.state), outcome.result, outcome.error, at, id);
}

std::optional<Job> find_open(Connection& connection, const Job& of_its_kind) {
    return find_job(connection, open_of_kind, of_its_kind.kind, of_its_kind.project);
}

std::size_t missing_reviews(Connection& connection, const Job& job, std::size_t reviews) {
    auto row = connection.query(reviewed_since_job, job.kind, job.project, Timestamp(),
                                static_cast<std::int64_t>(reviews));
    row.step();
    return reviews - static_cast<std::size_t>(row.integer(0));
}

std::optional<Job> find_open_retry(Connection& connection, const Uuid& id) {
    return find_job(connection,
                    "json_extract(parameters, '$.retries') = $1 AND "
                    "state IN ('queued', 'running') LIMIT 1",
                    to_string(id));
}

std::optional<Job> next_job(Connection& connection, const std::string& kinds, Timestamp at) {
    return find_job(connection,
                    std::string(claimable) +
                        " AND instr($2, ',' || kind || ',') > 0 ORDER BY due_at, id LIMIT 1",
                    at, kinds);
}

}  // namespace

void add_begun(Connection& connection, const BegunJob& begun) {
    const auto& job = begun.job;
    add(connection, job);
    begin_job(connection, job.id, begun.lease, job.started_at.value_or(job.created_at));
}

Result<Job> SqliteStore::add_job(const Job& job, OpenAtOnce at_once) {
    return write([&](Connection& connection) {
        if (at_once == OpenAtOnce::one)
            if (auto open = find_open(connection, job)) return std::move(*open);
        return add(connection, job);
    });
}

/// Nearly always some are missing yet, which is known without keeping others from writing.
Result<JobAfterReviews> SqliteStore::add_job_after_reviews(const Job& job, std::size_t reviews) {
    const auto missing =
        read([&](Connection& connection) { return missing_reviews(connection, job, reviews); });
    if (!missing) return missing.error();
    if (*missing > 0) return JobAfterReviews{std::nullopt, *missing};
    return write([&](Connection& connection) {
        const auto still = missing_reviews(connection, job, reviews);
        if (still > 0) return JobAfterReviews{std::nullopt, still};
        return JobAfterReviews{add(connection, job), reviews};
    });
}

Result<Job> SqliteStore::job(const Uuid& id) {
    return read([&](Connection& connection) { return job_of(connection, id); });
}

Result<std::vector<Job>> SqliteStore::jobs(std::size_t limit, const std::optional<Uuid>& after) {
    if (const auto valid = check_job_limit(limit); !valid) return valid.error();
    return read([&](Connection& connection) {
        static const std::string sql =
            fmt::format("SELECT {} FROM job WHERE $1 IS NULL OR id < $1 ORDER BY id DESC LIMIT $2",
                        job_columns);
        auto rows = connection.query(sql, after, static_cast<std::int64_t>(limit));
        std::vector<Job> jobs;
        while (rows.step()) jobs.push_back(read_job(rows));
        return jobs;
    });
}

Result<std::map<std::string, OpenJobs>> SqliteStore::open_jobs(Timestamp at) {
    return read([&](Connection& connection) {
        auto rows = connection.query(open_jobs_statement(), at);
        std::map<std::string, OpenJobs> open;
        while (rows.step())
            open[rows.text(0)] = {rows.integer(1), rows.integer(2), time_or_none(rows, 3)};
        return open;
    });
}

/// Looks first, because taking turns with what writes costs more than there mostly is to find.
Result<std::optional<Job>> SqliteStore::claim_job(const std::vector<std::string>& kinds,
                                                  const JobLease& lease, Timestamp at) {
    const auto wanted = kinds_text(kinds);
    const auto waiting =
        read([&](Connection& connection) { return next_job(connection, wanted, at).has_value(); });
    if (!waiting) return waiting.error();
    if (!*waiting) return std::optional<Job>();
    return write([&](Connection& connection) -> std::optional<Job> {
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

Result<bool> SqliteStore::renew_job(const Uuid& id, const JobLease& lease, float progress,
                                    const std::optional<std::string>& detail) {
    return write([&](Connection& connection) {
        if (connection.run("UPDATE job SET lease_expires_at = $1, progress = $2, "
                           "detail = coalesce($3, detail) "
                           "WHERE id = $4 AND lease_owner = $5 AND state = 'running'",
                           lease.until, progress, detail, id, lease.owner) == 0)
            throw lease_lost();
        return job_of(connection, id).cancel_requested;
    });
}

Result<void> SqliteStore::finish_job(const Uuid& id, const std::string& owner,
                                     const JobOutcome& outcome, Timestamp at) {
    return write([&](Connection& connection) {
        if (!find_job(connection, "id = $1 AND lease_owner = $2 AND state = 'running'", id, owner))
            throw lease_lost();
        end(connection, id, outcome, at);
    });
}

Result<Job> SqliteStore::cancel_job(const Uuid& id, Timestamp at) {
    return write([&](Connection& connection) {
        const auto job = job_of(connection, id);
        if (is_nobodys(job, at))
            end(connection, id, {JobState::cancelled}, at);
        else if (job.state == JobState::running)
            connection.run("UPDATE job SET cancel_requested = 1 WHERE id = $1", id);
        else
            throw job_ended();
        return job_of(connection, id);
    });
}

Result<Job> SqliteStore::retry_job(const Uuid& id, const JobRetry& retry) {
    return write([&](Connection& connection) {
        const auto next = retry_of(job_of(connection, id), retry);
        if (find_open_retry(connection, id) || (retry.is_alone && find_open(connection, next)))
            throw job_under_way();
        insert(connection, next);
        if (const auto told = audit_of_retried(next, retry.by)) write_down(connection, *told);
        return job_of(connection, next.id);
    });
}

Result<std::optional<Job>> SqliteStore::open_retry(const Uuid& id) {
    return read([&](Connection& connection) { return find_open_retry(connection, id); });
}

}  // namespace croquis::store::sqlite
