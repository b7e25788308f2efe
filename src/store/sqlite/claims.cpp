#include "store/claims.h"

#include "store/recheck.h"
#include "store/records.h"
#include "store/sqlite/drawing_rows.h"
#include "store/sqlite/store.h"
#include "store/tagging.h"

namespace croquis::store::sqlite {
namespace {

class SqliteClaimRows final : public ClaimRows {
  public:
    SqliteClaimRows(Connection& connection, const ClaimRequest& request)
        : connection_(connection), request_(request) {}

    void let_go(const std::string& forget_done) override {
        connection_.run(forget_expired_claims, request_.at);
        connection_.run(forget_done, request_.holder, request_.account);
        for (const auto& drawing : request_.passed)
            connection_.run("DELETE FROM claim WHERE drawing = $1 AND holder = $2 AND account = $3",
                            drawing, request_.holder, request_.account);
    }

    std::vector<ClaimedDrawing> renewed() override {
        connection_.run("UPDATE claim SET expires_at = $1 WHERE holder = $2 AND account = $3",
                        request_.until, request_.holder, request_.account);
        auto rows = connection_.query(held_statement(), request_.holder, request_.account);
        std::vector<ClaimedDrawing> held;
        while (rows.step()) {
            Claim claim{rows.uuid(0), request_.account, asked_from(rows.text(first_claim_column)),
                        std::nullopt, rows.time(first_claim_column + 2)};
            if (!rows.null(first_claim_column + 1))
                claim.probability = rows.real(first_claim_column + 1);
            held.push_back({read_drawing(rows), claim});
        }
        return held;
    }

    int opinions_wanted() override {
        auto wanted = connection_.query("SELECT opinions_wanted FROM project WHERE id = $1",
                                        request_.project);
        return wanted.step() ? wanted.small(0) : 1;
    }

    std::vector<std::string> groups() override {
        const auto& sql = groups_statement(request_.import_job.has_value());
        auto rows = request_.import_job ? connection_.query(sql, *request_.import_job)
                                        : connection_.query(sql, request_.project);
        std::vector<std::string> all;
        while (rows.step()) all.push_back(rows.text(0));
        return all;
    }

    std::vector<Drawing> waiting(Asked asked, const std::string& people,
                                 std::size_t limit) override {
        auto rows = connection_.prepare(
            waiting_statement(asked, people.empty(), request_.import_job.has_value()));
        int at = 0;
        rows.bind(++at, request_.project);
        if (!people.empty()) rows.bind(++at, people);
        if (request_.import_job) rows.bind(++at, *request_.import_job);
        rows.bind(++at, static_cast<std::int64_t>(limit));
        return all_of(rows);
    }

    /// One statement an id: SQLite has no lists, and each is a step into the table by its key.
    std::vector<Drawing> asked_first() override {
        std::vector<Drawing> drawings;
        const auto account = answerer(request_.account);
        for (const auto& id : request_.first) {
            auto row = connection_.prepare(first_statement(false, request_.import_job.has_value()));
            row.bind(1, id);
            row.bind(2, request_.project);
            row.bind(3, account);
            if (request_.import_job) row.bind(4, *request_.import_job);
            if (row.step()) drawings.push_back(read_drawing(row));
        }
        return drawings;
    }

    std::vector<Drawing> rechecks(std::size_t limit) override {
        auto rows = connection_.query(recheck_statement(), request_.project,
                                      static_cast<std::int64_t>(limit));
        return all_of(rows);
    }

    void hold(const Claim& claim) override {
        connection_.run(
            "INSERT INTO claim (drawing, holder, account, asked, probability, expires_at) "
            "VALUES ($1, $2, $3, $4, $5, $6)",
            claim.drawing, request_.holder, request_.account, to_string(claim.asked),
            claim.probability, request_.until);
    }

  private:
    static std::vector<Drawing> all_of(Statement& rows) {
        std::vector<Drawing> drawings;
        while (rows.step()) drawings.push_back(read_drawing(rows));
        return drawings;
    }

    Connection& connection_;
    const ClaimRequest& request_;
};

}  // namespace

Result<std::vector<ClaimedDrawing>> SqliteStore::claim(const ClaimRequest& request) {
    if (const auto valid = check(request); !valid) return valid.error();
    return write([&](Connection& connection) {
        SqliteClaimRows rows(connection, request);
        return claim_of_queue(rows, request);
    });
}

Result<std::vector<ClaimedDrawing>> SqliteStore::claim_recheck(const ClaimRequest& request) {
    if (const auto valid = check(request); !valid) return valid.error();
    return write([&](Connection& connection) {
        SqliteClaimRows rows(connection, request);
        return claim_of_rechecks(rows, request);
    });
}

Result<void> SqliteStore::release(const Uuid& holder, const Uuid& account) {
    return write([&](Connection& connection) {
        connection.run("DELETE FROM claim WHERE holder = $1 AND account = $2", holder, account);
    });
}

}  // namespace croquis::store::sqlite
