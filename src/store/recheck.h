#pragma once

#include <spdlog/fmt/fmt.h>

#include <string>

#include "store/asking.h"
#include "store/list_query.h"
#include "store/quality_store.h"
#include "store/records.h"
#include "store/tagging.h"

/// Drawings that nobody looked at one by one, some of which are asked about once more: the SQL that
/// both databases read, and what is counted.
namespace croquis::store {

/// Reviewed drawings that are looked through: the newest.
inline constexpr int most_rechecked_among = 20'000;

/// Reviewed along with others, or by an import, and by nobody since.
inline constexpr const char* unchecked =
    "tagged_by IS NOT NULL AND (basis IS NULL OR basis = 'own' AND answered_by = '')";

/// The project $1's newest reviewed drawings.
inline std::string lately_reviewed() {
    return fmt::format(
        "(SELECT id, queue_place, tagged_by, basis, answered_by FROM drawing WHERE project = $1 "
        "AND tagged_by IS NOT NULL AND {} ORDER BY id DESC LIMIT {}) AS lately",
        shown, most_rechecked_among);
}

/// The next that nobody holds: columns of the drawing. Parameters: project, limit.
inline std::string recheck_statement() {
    return fmt::format(
        "SELECT {} FROM drawing WHERE id IN (SELECT id FROM {} WHERE queue_place >= {} AND {}) "
        "AND id NOT IN (SELECT drawing FROM claim) ORDER BY queue_place, id LIMIT $2",
        drawing_columns, lately_reviewed(), first_rechecked_place, unchecked);
}

/// Those of a holder that were looked at meanwhile. Parameters: holder, account.
inline std::string forget_rechecked_claims() {
    return fmt::format(
        "DELETE FROM claim WHERE holder = $1 AND account = $2 AND NOT EXISTS (SELECT 1 FROM "
        "drawing WHERE id = claim.drawing AND {} AND {})",
        unchecked, shown);
}

/// Columns: whether they are asked about, whether they were imported, how many. Parameter: project.
inline std::string unchecked_statement() {
    return fmt::format(
        "SELECT CASE WHEN queue_place >= {} THEN 1 ELSE 0 END AS asked, "
        "CASE WHEN basis IS NULL THEN 0 ELSE 1 END AS imported, count(*) FROM {} "
        "WHERE queue_place >= {} AND {} GROUP BY asked, imported",
        first_rechecked_place, lately_reviewed(), first_judging_place, unchecked);
}

/// Drawings that were asked about once more. Parameter: project.
inline std::string rechecked_statement() {
    return fmt::format(
        "SELECT id FROM {} WHERE queue_place >= {} AND EXISTS (SELECT 1 FROM tag_event e WHERE "
        "e.drawing = lately.id AND e.asked = 'random' AND e.probability = {})",
        lately_reviewed(), first_rechecked_place, recheck_probability);
}

/// A row of unchecked_statement().
inline void count_unchecked(RecheckCounts& counts, bool is_asked, bool imported,
                            std::int64_t drawings) {
    auto& of = imported ? counts.imported : counts.in_bulk;
    (is_asked ? of.waiting : of.others) += drawings;
}

/// What was said of a drawing of rechecked_statement().
inline void count_rechecked(RecheckCounts& counts, const std::vector<TagEvent>& events) {
    for (const auto& answer : recheck_answers(events)) {
        auto& of = answer.imported ? counts.imported : counts.in_bulk;
        ++of.answered;
        of.agreed += answer.agreed ? 1 : 0;
    }
}

}  // namespace croquis::store
