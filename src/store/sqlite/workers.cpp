#include "store/records.h"
#include "store/sqlite/store.h"

namespace croquis::store::sqlite {
namespace {

/// In the order of workers_sql.
Worker read_worker(const Statement& row) {
    Worker worker;
    worker.id = row.uuid(0);
    worker.name = row.text(1);
    worker.process = worker_process_from(row.text(2));
    worker.version = row.text(3);
    worker.kinds = kinds_from(row.text(4));
    worker.since = row.time(5);
    worker.seen_at = row.time(6);
    worker.expires_at = row.time(7);
    return worker;
}

}  // namespace

Result<void> SqliteStore::renew_worker(const Worker& worker) {
    return write([&](Connection& connection) {
        connection.run("DELETE FROM worker WHERE expires_at < $1",
                       worker.seen_at - silent_workers_last);
        connection.run(
            "INSERT INTO worker (id, name, process, version, kinds, since, seen_at, expires_at) "
            "VALUES ($1, $2, $3, $4, $5, $6, $7, $8) ON CONFLICT (id) DO UPDATE "
            "SET seen_at = excluded.seen_at, expires_at = excluded.expires_at",
            worker.id, worker.name, to_string(worker.process), worker.version,
            kinds_text(worker.kinds), worker.since, worker.seen_at, worker.expires_at);
    });
}

Result<void> SqliteStore::remove_worker(const Uuid& id) {
    return write(
        [&](Connection& connection) { connection.run("DELETE FROM worker WHERE id = $1", id); });
}

Result<std::vector<Worker>> SqliteStore::workers(Timestamp at) {
    return read([&](Connection& connection) {
        std::vector<Worker> workers;
        {
            auto rows = connection.query(workers_sql, at);
            while (rows.step()) workers.push_back(read_worker(rows));
        }
        auto rows = connection.query(jobs_at_work_sql, at);
        while (rows.step())
            give_job(workers, rows.text(0), {rows.uuid(1), rows.text(2), rows.text(3)});
        return workers;
    });
}

}  // namespace croquis::store::sqlite
