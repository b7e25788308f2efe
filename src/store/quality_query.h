#pragma once

#include <spdlog/fmt/fmt.h>

#include <string>

#include "store/asking.h"
#include "store/list_query.h"
#include "store/quality_store.h"
#include "store/records.h"

/// The statements of QualityStore, which both databases read.
namespace croquis::store {

inline constexpr std::size_t most_reviews = 50'000;
/// Of each kind: what nobody answered, and what waits for the opinions of others.
inline constexpr std::size_t most_waiting_counted = 50'000;
inline constexpr std::size_t most_predicted = 20'000;

/// Parameters: project, limit.
inline std::string reviews_statement() {
    return fmt::format(
        "SELECT tagged_at, tag, predicted_tag, confidence, model, basis FROM drawing "
        "WHERE tagged_by IS NOT NULL AND {} AND tagged_at IS NOT NULL AND project = $1 "
        "ORDER BY tagged_at DESC LIMIT $2",
        shown);
}

/// `day` makes a day's number of tagged_at. Parameters: since, project.
inline std::string answers_statement(const char* day) {
    return fmt::format(
        "SELECT {} AS day, e.tagged_by, count(*) FROM tag_event e JOIN drawing d ON d.id = "
        "e.drawing WHERE e.tagged_at >= $1 AND e.kind IN ('accepted', 'corrected', 'adjudicated', "
        "'opinion') "
        "AND e.tagged_by IS NOT NULL AND d.project = $2 GROUP BY day, e.tagged_by "
        "ORDER BY day, e.tagged_by",
        day);
}

/// The limit is on what is looked at. Parameters: first id, end id, project, limit, model.
inline std::string predicted_statement() {
    return fmt::format(
        "SELECT predicted_tag, confidence FROM (SELECT predicted_tag, confidence, model FROM "
        "drawing WHERE id >= $1 AND id < $2 AND {} AND project = $3 ORDER BY id DESC LIMIT $4) "
        "AS lately WHERE model = $5",
        shown);
}

/// Parameters: moment, project. The part of an index that is of reviewed drawings is read, and not
/// the whole one by tag: most drawings may wait.
inline std::string reviewed_counts_statement() {
    return fmt::format(
        "SELECT tag, count(*), count(*) FILTER (WHERE queue_place >= {0}), "
        "count(*) FILTER (WHERE queue_place < {0} AND coalesce(tagged_at <= $1, TRUE)) "
        "FROM (SELECT tag || '' AS tag, queue_place, tagged_at FROM drawing WHERE project = $2 "
        "AND tagged_by IS NOT NULL AND {1}) AS reviewed GROUP BY tag ORDER BY tag",
        first_judging_place, shown);
}

/// The limit is on what is looked at. Parameters: project, then those of `import_job` and of
/// `account`, as answerer() writes it, that are given.
inline std::string waiting_count_statement(bool of_account, bool of_import) {
    const char* const of_project = of_import ? "+project = $1 AND import_job = $2" : "project = $1";
    const auto asked = of_account ? " AND " + asks("$1", of_import ? "$3" : "$2") : std::string();
    const auto part = [&](const char* waiting) {
        return fmt::format(
            "SELECT 1 FROM (SELECT disputed, answered_by, withdrawn FROM drawing "
            "WHERE {} AND {} ORDER BY queue_place, id LIMIT {}) AS looked_through WHERE {}{}",
            of_project, waiting, most_waiting_counted, shown, asked);
    };
    return fmt::format("SELECT count(*) FROM ({} UNION ALL {}) AS waiting", part(unanswered),
                       part(answered));
}

inline Result<void> check_reviews_limit(std::size_t limit) {
    if (limit >= 1 && limit <= most_reviews) return {};
    return Error{ErrorKind::invalid, "1 to 50000 reviews can be read.", "limit"};
}

inline Result<void> check(const PredictedQuery& query) {
    if (query.limit >= 1 && query.limit <= most_predicted) return {};
    return Error{ErrorKind::invalid, "1 to 20000 predictions can be read.", "limit"};
}

}  // namespace croquis::store
