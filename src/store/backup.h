#pragma once

#include <filesystem>
#include <string>

#include "core/error.h"
#include "store/backup_contents.h"

/// The whole store in one file, and back. A backup of SQLite is a database of SQLite, one of
/// PostgreSQL an archive of pg_dump (custom format); beside it, FILE.sha256 has its digest, as
/// sha256sum writes it. Neither sign-ins nor claims are in it, nor who does jobs. All functions
/// block, for as long as it takes.
namespace croquis::store {

/// Writes what the store of `url` holds at one moment, while it is served and written to, and reads
/// it again: what is there then is whole, on disk and its owner's alone; otherwise there is no such
/// file. Errors: conflict where the file is there, not_found where there is no store, unavailable.
Result<BackupContents> back_up(const std::string& url, const std::filesystem::path& file,
                               const ShowProgress& show);

/// Reads a backup whole. Errors: not_found; invalid where it is none of this kind of store;
/// malformed where it is damaged, or its digest is not beside it; conflict where its schema is
/// newer than this program's.
Result<BackupContents> check_backup(const std::string& url, const std::filesystem::path& file,
                                    const ShowProgress& show);

/// Puts a backup into the store of `url`, whole or not at all. Nobody else may have the store open.
/// Errors: those of check_backup(); conflict where the store holds something and `replace` is
/// false; unavailable where it is in use.
Result<BackupContents> restore(const std::string& url, const std::filesystem::path& file,
                               bool replace, const ShowProgress& show);

}  // namespace croquis::store
