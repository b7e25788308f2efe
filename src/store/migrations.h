#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "core/error.h"

namespace croquis::store {

/// A step of the schema: a file of migrations/, embedded in the program when it is built. The file
/// of step n is named n_what_it_does.sql, and is never changed once it is released.
struct Migration {
    int version = 0;
    std::string_view name;
    std::string_view sql;
};

std::span<const Migration> sqlite_migrations();
std::span<const Migration> postgres_migrations();

/// A step that a database has taken, as its table schema_migration says.
struct AppliedMigration {
    int version = 0;
    std::string checksum;
};

/// SHA-256 of a step's SQL, in hexadecimal.
std::string checksum(const Migration& migration);

/// The steps of `known` that `applied` lacks, in order. Errors: conflict, where the database is
/// newer than this program or has taken a step that reads otherwise here.
Result<std::vector<Migration>> pending_migrations(std::span<const Migration> known,
                                                  std::span<const AppliedMigration> applied);

}  // namespace croquis::store
