#include "store/backup_parts.h"

#include <spdlog/fmt/fmt.h>

#include <algorithm>
#include <array>
#include <iterator>

namespace croquis::store {
namespace {

/// Every store has these, and a row of each step that its schema took.
constexpr std::array made_with{"schema_migration", "label"};

bool says_nothing(const std::string& table) {
    const auto among = [&](const auto& tables) {
        return std::find(std::begin(tables), std::end(tables), table) != std::end(tables);
    };
    return among(made_with) || among(not_backed_up);
}

}  // namespace

int checked_schema(std::span<const Migration> known, const std::vector<AppliedMigration>& applied) {
    if (const auto pending = pending_migrations(known, applied); !pending)
        throw Failure(pending.error());
    if (applied.empty()) throw Failure(ErrorKind::invalid, "It holds no store of Croquis.", "FILE");
    return applied.back().version;
}

void require_same_rows(const BackupContents& copied, const BackupContents& copy) {
    if (copied.rows != copy.rows || copied.schema != copy.schema)
        throw damaged_backup("The copy does not have the rows that were copied.");
}

void require_empty(const std::map<std::string, std::int64_t>& rows, bool replace) {
    if (replace) return;
    for (const auto& [table, count] : rows) {
        if (says_nothing(table) || count == 0 || (table == "project" && count == 1)) continue;
        throw Failure(ErrorKind::conflict,
                      fmt::format("The store is not empty: {} rows of \"{}\" alone. --replace "
                                  "deletes what it holds and puts the backup in its place.",
                                  count, table),
                      "store");
    }
}

Failure damaged_backup(const std::string& why) {
    return {ErrorKind::malformed, why, "FILE"};
}

Failure no_store() {
    return {ErrorKind::not_found, "There is no store to back up.", "store"};
}

Failure in_use() {
    return {ErrorKind::unavailable,
            "The store is in use: stop what serves it or works on it, and try again.", "store"};
}

}  // namespace croquis::store
