#include "store/claims.h"

#include "store/recheck.h"
#include "store/records.h"
#include "store/sqlite/drawing_rows.h"
#include "store/sqlite/store.h"
#include "store/tagging.h"

namespace croquis::store::sqlite {
namespace {

std::vector<ClaimedDrawing> renewed(Connection& connection, const ClaimRequest& request) {
    connection.run("UPDATE claim SET expires_at = $1 WHERE holder = $2 AND account = $3",
                   request.until, request.holder, request.account);
    auto rows = connection.query(held_statement(), request.holder, request.account);
    std::vector<ClaimedDrawing> held;
    while (rows.step()) {
        Claim claim{rows.uuid(0), request.account, asked_from(rows.text(first_claim_column)),
                    std::nullopt, rows.time(first_claim_column + 2)};
        if (!rows.null(first_claim_column + 1))
            claim.probability = rows.real(first_claim_column + 1);
        held.push_back({read_drawing(rows), claim});
    }
    return held;
}

std::vector<std::string> groups(Connection& connection, const ClaimRequest& request) {
    auto wanted =
        connection.query("SELECT opinions_wanted FROM project WHERE id = $1", request.project);
    const int opinions = wanted.step() ? wanted.small(0) : 1;
    const auto& sql = groups_statement(request.import_job.has_value());
    auto rows = request.import_job ? connection.query(sql, *request.import_job)
                                   : connection.query(sql, request.project);
    std::vector<std::string> all;
    while (rows.step()) all.push_back(rows.text(0));
    return asking_groups(std::move(all), request.account, opinions);
}

std::vector<Drawing> waiting(Connection& connection, const ClaimRequest& request, Asked asked,
                             const std::vector<std::string>& groups, std::size_t count) {
    std::vector<Drawing> drawings;
    for (const auto& people : groups) {
        auto rows = connection.prepare(
            waiting_statement(asked, people.empty(), request.import_job.has_value()));
        int at = 0;
        rows.bind(++at, request.project);
        if (!people.empty()) rows.bind(++at, people);
        if (request.import_job) rows.bind(++at, *request.import_job);
        rows.bind(++at, static_cast<std::int64_t>(count + request.passed.size()));
        while (rows.step()) drawings.push_back(read_drawing(rows));
    }
    return not_passed(std::move(drawings), request, count);
}

/// One statement an id: SQLite has no lists, and each is a step into the table by its key.
std::vector<Drawing> asked_first(Connection& connection, const ClaimRequest& request) {
    std::vector<Drawing> drawings;
    const auto account = answerer(request.account);
    for (const auto& id : request.first) {
        auto row = connection.prepare(first_statement(false, request.import_job.has_value()));
        row.bind(1, id);
        row.bind(2, request.project);
        row.bind(3, account);
        if (request.import_job) row.bind(4, *request.import_job);
        if (row.step()) drawings.push_back(read_drawing(row));
    }
    return drawings;
}

void let_go(Connection& connection, const ClaimRequest& request, const std::string& forget_done) {
    connection.run(forget_expired_claims, request.at);
    connection.run(forget_done, request.holder, request.account);
    for (const auto& drawing : request.passed)
        connection.run("DELETE FROM claim WHERE drawing = $1 AND holder = $2 AND account = $3",
                       drawing, request.holder, request.account);
}

std::vector<Drawing> unchecked_drawings(Connection& connection, const ClaimRequest& request,
                                        std::size_t count) {
    const auto limit = static_cast<std::int64_t>(count + request.passed.size());
    auto rows = connection.query(recheck_statement(), request.project, limit);
    std::vector<Drawing> drawings;
    while (rows.step()) drawings.push_back(read_drawing(rows));
    return drawings;
}

void hold(Connection& connection, const ClaimRequest& request, const Claim& claim) {
    connection.run(
        "INSERT INTO claim (drawing, holder, account, asked, probability, expires_at) "
        "VALUES ($1, $2, $3, $4, $5, $6)",
        claim.drawing, request.holder, request.account, to_string(claim.asked), claim.probability,
        request.until);
}

}  // namespace

Result<std::vector<ClaimedDrawing>> SqliteStore::claim(const ClaimRequest& request) {
    if (const auto valid = check(request); !valid) return valid.error();
    return write([&](Connection& connection) {
        let_go(connection, request, forget_done_claims());
        auto held = renewed(connection, request);
        if (held.size() >= request.limit) return held;
        const std::size_t count = request.limit - held.size();
        const auto of = groups(connection, request);
        auto random = waiting(connection, request, Asked::random, of, count);
        auto by_margin =
            with_first(asked_first(connection, request),
                       waiting(connection, request, Asked::margin, of, count), request, count);
        const auto asked = questions(count, random.size(), by_margin.size(), request.seed);
        random.resize(asked.random);
        by_margin.resize(asked.by_margin);
        for (auto& each : mixed(std::move(by_margin), std::move(random), request)) {
            hold(connection, request, each.claim);
            held.push_back(std::move(each));
        }
        return held;
    });
}

Result<std::vector<ClaimedDrawing>> SqliteStore::claim_recheck(const ClaimRequest& request) {
    if (const auto valid = check(request); !valid) return valid.error();
    return write([&](Connection& connection) {
        let_go(connection, request, forget_rechecked_claims());
        auto held = renewed(connection, request);
        if (held.size() >= request.limit) return held;
        const std::size_t count = request.limit - held.size();
        for (auto& drawing :
             not_passed(unchecked_drawings(connection, request, count), request, count)) {
            Claim claim{drawing.id, request.account, Asked::random, recheck_probability,
                        request.until};
            hold(connection, request, claim);
            held.push_back({std::move(drawing), claim});
        }
        return held;
    });
}

Result<void> SqliteStore::release(const Uuid& holder, const Uuid& account) {
    return write([&](Connection& connection) {
        connection.run("DELETE FROM claim WHERE holder = $1 AND account = $2", holder, account);
    });
}

}  // namespace croquis::store::sqlite
