#pragma once

#include <spdlog/fmt/fmt.h>

#include <algorithm>
#include <string>
#include <utility>
#include <vector>

#include "store/asking.h"
#include "store/list_query.h"
#include "store/quality_store.h"
#include "store/records.h"
#include "store/tagging.h"

/// The statements of QualityStore, which both databases read.
namespace croquis::store {

inline constexpr std::size_t most_reviews = 50'000;
inline constexpr std::size_t most_predicted = 20'000;
/// Of each kind: what is reviewed, and what waits.
inline constexpr std::size_t most_opinions_among = 10'000;

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

/// Columns: people, disputed, drawings, opinions wanted, for WaitingCounts::add(): one row for all
/// that waits, and one for each group of people who answered, that is disputed or not. Parameters:
/// project, and the import where it is of one.
///
/// Of a project: all that there is, less what was reviewed, since both databases count these in an
/// index alone. SQLite reads a row of the table for each entry of an index of what waits (at
/// 1,000,000 drawings 30 ms of processor time against 560 ms).
inline std::string waiting_counts_statement(bool of_import) {
    const std::string of = of_import ? "+project = $1 AND import_job = $2" : "project = $1";
    const auto count = [&](const std::string& which) {
        return "(SELECT count(*) FROM drawing WHERE " + of + which + ")";
    };
    const auto all = of_import ? count(fmt::format(" AND tagged_by IS NULL AND {}", shown))
                               : count("") + " - " + count(" AND tagged_by IS NOT NULL") + " - " +
                                     count(" AND withdrawn IS NOT NULL AND tagged_by IS NULL");
    // The index of what an import brought has the people behind the import.
    return fmt::format(
        "SELECT '' AS people, 0 AS disputed, {} AS drawings, "
        "coalesce((SELECT opinions_wanted FROM project WHERE id = $1), 1) AS wanted UNION ALL "
        "SELECT answered_by, CASE WHEN disputed IS TRUE THEN 1 ELSE 0 END, count(*), 0 "
        "FROM drawing WHERE {} AND {}{} AND {} GROUP BY answered_by, disputed IS TRUE",
        all, of, answered, of_import ? " AND answered_by > ''" : "", shown);
}

/// Columns: drawing, account, opinion; in the order of drawings and then of events. Parameters:
/// project, the least id.
inline std::string opinions_statement() {
    const auto with_several = [](const std::string& which) {
        return fmt::format(
            "SELECT id FROM (SELECT id, answered_by, withdrawn FROM drawing WHERE project = $1 "
            "AND {} LIMIT {}) AS looked_through WHERE answered_by LIKE '% %' AND {}",
            which, most_opinions_among, shown);
    };
    // So said, the ids are no reason for SQLite to take the index of all drawings.
    const auto since = fmt::format(
        "NOT id < coalesce((SELECT id FROM drawing WHERE project = $1 AND tagged_by IS NOT NULL "
        "ORDER BY id DESC LIMIT 1 OFFSET {}), $2)",
        most_opinions_among - 1);
    return fmt::format(
        "SELECT e.drawing, e.user_id, e.opinion FROM ({} UNION ALL {}) AS several "
        "JOIN tag_event e ON e.drawing = several.id WHERE e.opinion IS NOT NULL "
        "AND e.user_id IS NOT NULL AND NOT EXISTS (SELECT 1 FROM tag_event undo "
        "WHERE undo.drawing = e.drawing AND undo.undoes = e.version) "
        "ORDER BY e.drawing, e.version",
        with_several("tagged_by IS NOT NULL ORDER BY id DESC"),
        with_several(std::string(answered) + " AND " + since));
}

/// Takes the rows of opinions_statement().
class LastWords {
  public:
    explicit LastWords(LabelMerges merged) : merged_(std::move(merged)) {}

    void add(const Uuid& drawing, const Uuid& by, const std::string& opinion) {
        if (words_.empty() || words_.back().drawing != drawing) first_ = words_.size();
        const auto of_drawing = words_.begin() + static_cast<std::ptrdiff_t>(first_);
        const auto before = std::find_if(of_drawing, words_.end(),
                                         [&](const GivenOpinion& word) { return word.by == by; });
        const auto& tag = after_merges(opinion, merged_);
        if (before != words_.end())
            before->tag = tag;
        else
            words_.push_back({drawing, by, tag});
    }
    [[nodiscard]] std::vector<GivenOpinion> take() { return std::move(words_); }

  private:
    LabelMerges merged_;
    std::size_t first_ = 0;  ///< of the last drawing
    std::vector<GivenOpinion> words_;
};

inline Result<void> check_reviews_limit(std::size_t limit) {
    if (limit >= 1 && limit <= most_reviews) return {};
    return Error{ErrorKind::invalid, "1 to 50000 reviews can be read.", "limit"};
}

inline Result<void> check(const PredictedQuery& query) {
    if (query.limit >= 1 && query.limit <= most_predicted) return {};
    return Error{ErrorKind::invalid, "1 to 20000 predictions can be read.", "limit"};
}

}  // namespace croquis::store
