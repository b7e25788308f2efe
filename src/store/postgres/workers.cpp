#include "store/postgres/rows.h"
#include "store/postgres/store.h"
#include "store/records.h"

namespace croquis::store::postgres {
namespace {

/// In the order of workers_sql.
Worker read_worker(const Rows& rows, int row) {
    Worker worker;
    worker.id = rows.uuid(row, 0);
    worker.name = rows.text(row, 1);
    worker.process = worker_process_from(rows.text(row, 2));
    worker.version = rows.text(row, 3);
    worker.kinds = kinds_from(rows.text(row, 4));
    worker.since = rows.time(row, 5);
    worker.seen_at = rows.time(row, 6);
    worker.expires_at = rows.time(row, 7);
    return worker;
}

}  // namespace

/// One round trip, which every process makes every few seconds.
Result<void> PostgresStore::renew_worker(const Worker& worker) {
    return with_connection([&](Connection& connection) {
        connection.query(
            "WITH forgotten AS (DELETE FROM worker WHERE expires_at < $9 AND id <> $1) "
            "INSERT INTO worker (id, name, process, version, kinds, since, seen_at, expires_at) "
            "VALUES ($1, $2, $3, $4, $5, $6, $7, $8) ON CONFLICT (id) DO UPDATE "
            "SET seen_at = excluded.seen_at, expires_at = excluded.expires_at",
            worker.id, worker.name, to_string(worker.process), worker.version,
            kinds_text(worker.kinds), worker.since, worker.seen_at, worker.expires_at,
            worker.seen_at - silent_workers_last);
    });
}

Result<void> PostgresStore::remove_worker(const Uuid& id) {
    return with_connection(
        [&](Connection& connection) { connection.query("DELETE FROM worker WHERE id = $1", id); });
}

Result<std::vector<Worker>> PostgresStore::workers(Timestamp at) {
    return with_connection([&](Connection& connection) {
        auto workers = read_all(connection.query(workers_sql, at), read_worker);
        const auto jobs = connection.query(jobs_at_work_sql, at);
        for (int row = 0; row < jobs.count(); ++row)
            give_job(workers, jobs.text(row, 0),
                     {jobs.uuid(row, 1), std::string(jobs.text(row, 2)),
                      std::string(jobs.text(row, 3))});
        return workers;
    });
}

}  // namespace croquis::store::postgres
