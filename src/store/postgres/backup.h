#pragma once

#include <filesystem>
#include <string>

#include "store/backup_contents.h"

/// backup.h for PostgreSQL, by pg_dump, pg_restore and psql (package postgresql-client). They get
/// the store's URL, with its password, in their environment, which others cannot read. All
/// functions throw Failure.
namespace croquis::store::postgres {

/// Has the store dumped into the empty file `partial`, and says what it then held.
BackupContents write_backup(const std::string& url, const std::filesystem::path& partial,
                            const ShowProgress& show);
/// Reads all of it and counts the rows.
BackupContents read_backup(const std::filesystem::path& file, const ShowProgress& show);
/// In one transaction, which commits only where the rows are then those of `contents`.
void restore_backup(const std::string& url, const std::filesystem::path& file,
                    const BackupContents& contents, bool replace, const ShowProgress& show);

}  // namespace croquis::store::postgres
