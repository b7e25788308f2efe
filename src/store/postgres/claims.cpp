#include "store/claims.h"

#include "store/postgres/rows.h"
#include "store/postgres/store.h"
#include "store/recheck.h"
#include "store/records.h"
#include "store/tagging.h"

namespace croquis::store::postgres {
namespace {

/// Claims come one after the other: this number, and the project, are the lock's name.
constexpr int claim_lock = 0x636c61;

class PostgresClaimRows final : public ClaimRows {
  public:
    /// Takes the lock, before anything is read: two that pick at once would pick the same.
    PostgresClaimRows(Connection& connection, const ClaimRequest& request)
        : connection_(connection), request_(request) {
        connection_.query("SELECT pg_advisory_xact_lock($1, $2)", claim_lock, request_.project);
    }

    void let_go(const std::string& forget_done) override {
        connection_.query(forget_expired_claims, request_.at);
        connection_.query(forget_done, request_.holder, request_.account);
        if (!request_.passed.empty())
            connection_.query(
                "DELETE FROM claim WHERE holder = $1 AND account = $2 "
                "AND drawing = ANY ($3)",
                request_.holder, request_.account, request_.passed);
    }

    std::vector<ClaimedDrawing> renewed() override {
        connection_.query("UPDATE claim SET expires_at = $1 WHERE holder = $2 AND account = $3",
                          request_.until, request_.holder, request_.account);
        const auto rows = connection_.query(held_statement(), request_.holder, request_.account);
        std::vector<ClaimedDrawing> held;
        for (int row = 0; row < rows.count(); ++row) {
            Claim claim{rows.uuid(row, 0), request_.account,
                        asked_from(rows.text(row, first_claim_column)), std::nullopt,
                        rows.time(row, first_claim_column + 2)};
            if (!rows.null(row, first_claim_column + 1))
                claim.probability = rows.real(row, first_claim_column + 1);
            held.push_back({read_drawing(rows, row), claim});
        }
        return held;
    }

    int opinions_wanted() override {
        const auto wanted = connection_.query("SELECT opinions_wanted FROM project WHERE id = $1",
                                              request_.project);
        return wanted.empty() ? 1 : wanted.small(0, 0);
    }

    std::vector<std::string> groups() override {
        const auto& sql = groups_statement(request_.import_job.has_value());
        const auto rows = request_.import_job ? connection_.query(sql, *request_.import_job)
                                              : connection_.query(sql, request_.project);
        return read_all(rows,
                        [](const Rows& all, int row) { return std::string(all.text(row, 0)); });
    }

    std::vector<Drawing> waiting(Asked asked, const std::string& people,
                                 std::size_t limit) override {
        Parameters parameters;
        parameters.add(request_.project);
        if (!people.empty()) parameters.add(people);
        if (request_.import_job) parameters.add(*request_.import_job);
        parameters.add(static_cast<std::int64_t>(limit));
        return read_drawings(connection_.run(
            waiting_statement(asked, people.empty(), request_.import_job.has_value()), parameters));
    }

    std::vector<Drawing> asked_first() override {
        if (request_.first.empty()) return {};
        Parameters parameters(request_.first, request_.project, answerer(request_.account));
        if (request_.import_job) parameters.add(*request_.import_job);
        return read_drawings(
            connection_.run(first_statement(true, request_.import_job.has_value()), parameters));
    }

    std::vector<Drawing> rechecks(std::size_t limit) override {
        return read_drawings(connection_.query(recheck_statement(), request_.project,
                                               static_cast<std::int64_t>(limit)));
    }

    void hold(const Claim& claim) override {
        connection_.query(
            "INSERT INTO claim (drawing, holder, account, asked, probability, expires_at) "
            "VALUES ($1, $2, $3, $4, $5, $6)",
            claim.drawing, request_.holder, request_.account, to_string(claim.asked),
            claim.probability, request_.until);
    }

  private:
    Connection& connection_;
    const ClaimRequest& request_;
};

}  // namespace

Result<std::vector<ClaimedDrawing>> PostgresStore::claim(const ClaimRequest& request) {
    if (const auto valid = check(request); !valid) return valid.error();
    return in_transaction([&](Connection& connection) {
        PostgresClaimRows rows(connection, request);
        return claim_of_queue(rows, request);
    });
}

Result<std::vector<ClaimedDrawing>> PostgresStore::claim_recheck(const ClaimRequest& request) {
    if (const auto valid = check(request); !valid) return valid.error();
    return in_transaction([&](Connection& connection) {
        PostgresClaimRows rows(connection, request);
        return claim_of_rechecks(rows, request);
    });
}

Result<void> PostgresStore::release(const Uuid& holder, const Uuid& account) {
    return with_connection([&](Connection& connection) {
        connection.query("DELETE FROM claim WHERE holder = $1 AND account = $2", holder, account);
    });
}

}  // namespace croquis::store::postgres
