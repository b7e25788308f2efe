#include "store/claims.h"

#include <iterator>

#include "store/postgres/rows.h"
#include "store/postgres/store.h"
#include "store/recheck.h"
#include "store/records.h"
#include "store/tagging.h"

namespace croquis::store::postgres {
namespace {

/// Claims come one after the other: this number, and the project, are the lock's name.
constexpr int claim_lock = 0x636c61;

std::vector<ClaimedDrawing> renewed(Connection& connection, const ClaimRequest& request) {
    connection.query("UPDATE claim SET expires_at = $1 WHERE holder = $2 AND account = $3",
                     request.until, request.holder, request.account);
    const auto rows = connection.query(held_statement(), request.holder, request.account);
    std::vector<ClaimedDrawing> held;
    for (int row = 0; row < rows.count(); ++row) {
        Claim claim{rows.uuid(row, 0), request.account,
                    asked_from(rows.text(row, first_claim_column)), std::nullopt,
                    rows.time(row, first_claim_column + 2)};
        if (!rows.null(row, first_claim_column + 1))
            claim.probability = rows.real(row, first_claim_column + 1);
        held.push_back({read_drawing(rows, row), claim});
    }
    return held;
}

std::vector<std::string> groups(Connection& connection, const ClaimRequest& request) {
    const auto wanted =
        connection.query("SELECT opinions_wanted FROM project WHERE id = $1", request.project);
    const int opinions = wanted.empty() ? 1 : wanted.small(0, 0);
    const auto& sql = groups_statement(request.import_job.has_value());
    const auto rows = request.import_job ? connection.query(sql, *request.import_job)
                                         : connection.query(sql, request.project);
    std::vector<std::string> all;
    for (int row = 0; row < rows.count(); ++row) all.emplace_back(rows.text(row, 0));
    return asking_groups(std::move(all), request.account, opinions);
}

std::vector<Drawing> waiting(Connection& connection, const ClaimRequest& request, Asked asked,
                             const std::vector<std::string>& groups, std::size_t count) {
    std::vector<Drawing> drawings;
    for (const auto& people : groups) {
        Parameters parameters;
        parameters.add(request.project);
        if (!people.empty()) parameters.add(people);
        if (request.import_job) parameters.add(*request.import_job);
        parameters.add(static_cast<std::int64_t>(count + request.passed.size()));
        auto found = read_drawings(connection.run(
            waiting_statement(asked, people.empty(), request.import_job.has_value()), parameters));
        std::move(found.begin(), found.end(), std::back_inserter(drawings));
    }
    return not_passed(std::move(drawings), request, count);
}

std::vector<Drawing> asked_first(Connection& connection, const ClaimRequest& request) {
    if (request.first.empty()) return {};
    Parameters parameters(request.first, request.project, answerer(request.account));
    if (request.import_job) parameters.add(*request.import_job);
    return read_drawings(
        connection.run(first_statement(true, request.import_job.has_value()), parameters));
}

void let_go(Connection& connection, const ClaimRequest& request, const std::string& forget_done) {
    connection.query(forget_expired_claims, request.at);
    connection.query(forget_done, request.holder, request.account);
    if (!request.passed.empty())
        connection.query(
            "DELETE FROM claim WHERE holder = $1 AND account = $2 "
            "AND drawing = ANY ($3)",
            request.holder, request.account, request.passed);
}

void hold(Connection& connection, const ClaimRequest& request, const Claim& claim) {
    connection.query(
        "INSERT INTO claim (drawing, holder, account, asked, probability, expires_at) "
        "VALUES ($1, $2, $3, $4, $5, $6)",
        claim.drawing, request.holder, request.account, to_string(claim.asked), claim.probability,
        request.until);
}

}  // namespace

/// Under a lock, taken before anything is read: two that pick at once would pick the same.
Result<std::vector<ClaimedDrawing>> PostgresStore::claim(const ClaimRequest& request) {
    if (const auto valid = check(request); !valid) return valid.error();
    return in_transaction([&](Connection& connection) {
        connection.query("SELECT pg_advisory_xact_lock($1, $2)", claim_lock, request.project);
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

Result<std::vector<ClaimedDrawing>> PostgresStore::claim_recheck(const ClaimRequest& request) {
    if (const auto valid = check(request); !valid) return valid.error();
    return in_transaction([&](Connection& connection) {
        connection.query("SELECT pg_advisory_xact_lock($1, $2)", claim_lock, request.project);
        let_go(connection, request, forget_rechecked_claims());
        auto held = renewed(connection, request);
        if (held.size() >= request.limit) return held;
        const std::size_t count = request.limit - held.size();
        auto drawings = read_drawings(
            connection.query(recheck_statement(), request.project,
                             static_cast<std::int64_t>(count + request.passed.size())));
        for (auto& drawing : not_passed(std::move(drawings), request, count)) {
            Claim claim{drawing.id, request.account, Asked::random, recheck_probability,
                        request.until};
            hold(connection, request, claim);
            held.push_back({std::move(drawing), claim});
        }
        return held;
    });
}

Result<void> PostgresStore::release(const Uuid& holder, const Uuid& account) {
    return with_connection([&](Connection& connection) {
        connection.query("DELETE FROM claim WHERE holder = $1 AND account = $2", holder, account);
    });
}

}  // namespace croquis::store::postgres
