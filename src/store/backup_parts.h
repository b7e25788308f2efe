#pragma once

#include <cstdint>
#include <map>
#include <span>
#include <string>
#include <vector>

#include "store/backup_contents.h"
#include "store/failure.h"
#include "store/migrations.h"

/// What both databases' backups share.
namespace croquis::store {

/// Throws where the program cannot read what these steps made.
int checked_schema(std::span<const Migration> known, const std::vector<AppliedMigration>& applied);

/// Throws where the copy has other rows than what was copied.
void require_same_rows(const BackupContents& copied, const BackupContents& copy);

/// Throws conflict where rows are more than those that every store is made with, unless they are to
/// be replaced.
void require_empty(const std::map<std::string, std::int64_t>& rows, bool replace);

Failure damaged_backup(const std::string& why);
Failure no_store();
Failure in_use();

}  // namespace croquis::store
