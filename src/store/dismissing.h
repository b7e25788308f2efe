#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "store/duplicate_store.h"
#include "store/failure.h"

/// What both databases share of DuplicateStore.
namespace croquis::store {

inline constexpr const char* insert_dismissal_sql =
    "INSERT INTO duplicate_dismissal (id, project, drawings, dismissed_by) VALUES ($1, $2, $3, $4)";
/// Parameters: id, project.
inline constexpr const char* delete_dismissal_sql =
    "DELETE FROM duplicate_dismissal WHERE id = $1 AND project = $2";
/// The newest first, with the columns id, project, drawings, dismissed_by and the account's name.
/// Parameters: project, limit.
const std::string& dismissals_sql();
/// The same of one. Parameters: project, drawings.
const std::string& same_dismissal_sql();

/// As the column `drawings` has them.
std::string dismissed_text(const std::vector<Uuid>& drawings);
/// Throws Failure where the text is none of those.
std::vector<Uuid> dismissed_in(std::string_view text);

Result<void> check(const DuplicateDismissal& dismissal);
Result<void> check_dismissal_limit(std::size_t limit);
Failure no_dismissal();

}  // namespace croquis::store
