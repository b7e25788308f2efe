#pragma once

#include <filesystem>
#include <string>

#include "store/backup_contents.h"

/// backup.h for SQLite, by its online backup API. All functions throw Failure.
namespace croquis::store::sqlite {

/// Copies the database at `path` into the empty file `partial`, and says what it copied.
BackupContents write_backup(const std::string& path, const std::filesystem::path& partial,
                            const ShowProgress& show);
/// Reads all of it: integrity_check, the schema and the rows.
BackupContents read_backup(const std::filesystem::path& file, const ShowProgress& show);
/// In one transaction.
void restore_backup(const std::string& path, const std::filesystem::path& file,
                    const BackupContents& contents, bool replace, const ShowProgress& show);

}  // namespace croquis::store::sqlite
