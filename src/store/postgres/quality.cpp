#include "store/quality_query.h"

#include <map>

#include "store/postgres/rows.h"
#include "store/postgres/store.h"
#include "store/postgres/tag_rows.h"
#include "store/recheck.h"
#include "store/tagging.h"

namespace croquis::store::postgres {
namespace {

/// At most, for many millions of drawings.
constexpr auto looking_back_takes = std::chrono::minutes(1);

}  // namespace

Result<std::vector<RecentReview>> PostgresStore::recent_reviews(int project, std::size_t limit) {
    if (const auto valid = check_reviews_limit(limit); !valid) return valid.error();
    return with_connection([&](Connection& connection) {
        const auto rows =
            connection.query(reviews_statement(), project, static_cast<std::int64_t>(limit));
        std::vector<RecentReview> reviews;
        for (int row = 0; row < rows.count(); ++row) {
            auto& review = reviews.emplace_back();
            review.at = rows.time(row, 0);
            review.tag = rows.text(row, 1);
            review.predicted_tag = rows.text(row, 2);
            review.confidence = rows.real(row, 3);
            review.model = rows.text(row, 4);
            if (!rows.null(row, 5)) review.basis = basis_from(rows.text(row, 5));
        }
        return reviews;
    });
}

Result<std::vector<DayOfAnswers>> PostgresStore::answers_since(int project, Timestamp since) {
    return with_connection([&](Connection& connection) {
        const auto rows = connection.query(
            answers_statement("floor(extract(epoch FROM e.tagged_at) / 86400)::bigint"), since,
            project);
        return read_all(rows, [](const Rows& all, int row) {
            return DayOfAnswers{all.integer(row, 0), std::string(all.text(row, 1)),
                                all.integer(row, 2)};
        });
    });
}

Result<std::vector<PredictedTag>> PostgresStore::predicted_between(int project,
                                                                   const PredictedQuery& query) {
    if (const auto valid = check(query); !valid) return valid.error();
    return with_connection([&](Connection& connection) {
        const auto rows = connection.query(predicted_statement(), lowest_id_at(query.from),
                                           lowest_id_at(query.until), project,
                                           static_cast<std::int64_t>(query.limit), query.model);
        return read_all(rows, [](const Rows& all, int row) {
            return PredictedTag{std::string(all.text(row, 0)), all.real(row, 1)};
        });
    });
}

Result<std::vector<ReviewedCount>> PostgresStore::reviewed_counts(int project, Timestamp moment) {
    return with_connection([&](Connection& connection) {
        const Connection::Patience patience(connection, looking_back_takes);
        const auto rows = connection.query(reviewed_counts_statement(), moment, project);
        return read_all(rows, [](const Rows& all, int row) {
            return ReviewedCount{std::string(all.text(row, 0)), all.integer(row, 1),
                                 all.integer(row, 2), all.integer(row, 3)};
        });
    });
}

Result<std::int64_t> PostgresStore::count_waiting(int project, const std::optional<Uuid>& account,
                                                  const std::optional<Uuid>& import_job) {
    const auto count = [&] {
        auto lease = lend();
        const Connection::Patience patience(*lease, looking_back_takes);
        Parameters parameters;
        parameters.add(project);
        if (import_job) parameters.add(*import_job);
        const auto rows = lease->run(waiting_counts_statement(import_job.has_value()), parameters);
        WaitingCounts counts;
        for (int row = 0; row < rows.count(); ++row)
            counts.add(std::string(rows.text(row, 0)), rows.small(row, 1) != 0,
                       rows.integer(row, 2), rows.small(row, 3));
        return counts;
    };
    return guarded([&] {
        const auto counts = waiting_counts_.get({project, import_job}, count);
        return account ? counts.asked_of(*account) : counts.all;
    });
}

Result<std::vector<GivenOpinion>> PostgresStore::opinions(int project) {
    return with_connection([&](Connection& connection) {
        const Connection::Patience patience(connection, looking_back_takes);
        LastWords words(label_merges(connection, project));
        const auto rows = connection.query(opinions_statement(), project, Uuid());
        for (int row = 0; row < rows.count(); ++row)
            words.add(rows.uuid(row, 0), rows.uuid(row, 1), std::string(rows.text(row, 2)));
        return words.take();
    });
}

Result<RecheckCounts> PostgresStore::recheck_counts(int project) {
    return with_connection([&](Connection& connection) {
        const Connection::Patience patience(connection, looking_back_takes);
        RecheckCounts counts;
        const auto rows = connection.query(unchecked_statement(), project);
        for (int row = 0; row < rows.count(); ++row)
            count_unchecked(counts, rows.small(row, 0) != 0, rows.small(row, 1) != 0,
                            rows.integer(row, 2));
        const auto rechecked = connection.query(rechecked_statement(), project);
        const auto events = query_events(connection, read_ids(rechecked));
        std::map<Uuid, std::vector<TagEvent>> histories;
        for (int row = 0; row < events.count(); ++row)
            histories[events.uuid(row, 9)].push_back(read_event(events, row));
        for (const auto& [drawing, history] : histories) count_rechecked(counts, history);
        return counts;
    });
}

}  // namespace croquis::store::postgres
