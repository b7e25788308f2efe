#include "store/quality_query.h"
#include "store/recheck.h"
#include "store/sqlite/drawing_rows.h"
#include "store/sqlite/store.h"
#include "store/tagging.h"

namespace croquis::store::sqlite {

Result<std::vector<RecentReview>> SqliteStore::recent_reviews(int project, std::size_t limit) {
    if (const auto valid = check_reviews_limit(limit); !valid) return valid.error();
    return read([&](Connection& connection) {
        auto rows =
            connection.query(reviews_statement(), project, static_cast<std::int64_t>(limit));
        std::vector<RecentReview> reviews;
        while (rows.step()) {
            auto& review = reviews.emplace_back();
            review.at = rows.time(0);
            review.tag = rows.text(1);
            review.predicted_tag = rows.text(2);
            review.confidence = rows.real(3);
            review.model = rows.text(4);
            if (!rows.null(5)) review.basis = basis_from(rows.text(5));
        }
        return reviews;
    });
}

Result<std::vector<DayOfAnswers>> SqliteStore::answers_since(int project, Timestamp since) {
    return read([&](Connection& connection) {
        auto rows =
            connection.query(answers_statement("e.tagged_at / 86400000000"), since, project);
        std::vector<DayOfAnswers> days;
        while (rows.step()) days.push_back({rows.integer(0), rows.text(1), rows.integer(2)});
        return days;
    });
}

Result<std::vector<PredictedTag>> SqliteStore::predicted_between(int project,
                                                                 const PredictedQuery& query) {
    if (const auto valid = check(query); !valid) return valid.error();
    return read([&](Connection& connection) {
        const Uuid from = lowest_id_at(query.from);
        const Uuid until = lowest_id_at(query.until);
        auto rows = connection.query(predicted_statement(), from, until, project,
                                     static_cast<std::int64_t>(query.limit), query.model);
        std::vector<PredictedTag> predicted;
        while (rows.step()) predicted.push_back({rows.text(0), rows.real(1)});
        return predicted;
    });
}

Result<std::vector<ReviewedCount>> SqliteStore::reviewed_counts(int project, Timestamp moment) {
    return read([&](Connection& connection) {
        auto rows = connection.query(reviewed_counts_statement(), moment, project);
        std::vector<ReviewedCount> counts;
        while (rows.step())
            counts.push_back({rows.text(0), rows.integer(1), rows.integer(2), rows.integer(3)});
        return counts;
    });
}

Result<std::int64_t> SqliteStore::count_waiting(int project, const std::optional<Uuid>& account,
                                                const std::optional<Uuid>& import_job) {
    const auto count = [&] {
        auto lease = readers_.lend();
        auto rows = lease->prepare(waiting_counts_statement(import_job.has_value()));
        rows.bind(1, project);
        if (import_job) rows.bind(2, *import_job);
        WaitingCounts counts;
        while (rows.step())
            counts.add(rows.text(0), rows.small(1) != 0, rows.integer(2), rows.small(3));
        return counts;
    };
    return guarded([&] {
        const auto counts = waiting_counts_.get({project, import_job}, count);
        return account ? counts.asked_of(*account) : counts.all;
    });
}

Result<std::vector<GivenOpinion>> SqliteStore::opinions(int project) {
    return read([&](Connection& connection) {
        LastWords words(label_merges(connection, project));
        const Uuid least;  // bound as it stands there, until the last row
        auto rows = connection.query(opinions_statement(), project, least);
        while (rows.step()) words.add(rows.uuid(0), rows.uuid(1), rows.text(2));
        return words.take();
    });
}

Result<RecheckCounts> SqliteStore::recheck_counts(int project) {
    return read([&](Connection& connection) {
        RecheckCounts counts;
        auto rows = connection.query(unchecked_statement(), project);
        while (rows.step())
            count_unchecked(counts, rows.small(0) != 0, rows.small(1) != 0, rows.integer(2));
        auto rechecked = connection.query(rechecked_statement(), project);
        std::vector<Uuid> drawings;
        while (rechecked.step()) drawings.push_back(rechecked.uuid(0));
        for (const auto& drawing : drawings)
            count_rechecked(counts, events_of(connection, drawing));
        return counts;
    });
}

}  // namespace croquis::store::sqlite
