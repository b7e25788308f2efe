#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <map>
#include <string>

#include "core/bytes.h"
#include "core/error.h"

/// The whole store in one file, and back. A backup of SQLite is a database of SQLite, one of
/// PostgreSQL an archive of pg_dump (custom format); beside it, FILE.sha256 has its digest, as
/// sha256sum writes it. Neither sign-ins nor claims are in it, nor who does jobs. All functions
/// block, for as long as it takes.
namespace croquis::store {

/// What is in a backup.
struct BackupContents {
    int schema = 0;                            ///< version
    std::map<std::string, std::int64_t> rows;  ///< by table
    std::uintmax_t bytes = 0;                  ///< of the file
    Sha256 digest{};
};

/// Told what is done now, and how far it is.
using ShowProgress = std::function<void(const char* doing, std::uint64_t done, std::uint64_t all)>;

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

/// Tables whose rows stay out of a backup: they are about who is at work just now.
inline constexpr const char* not_backed_up[] = {"refresh_token", "claim", "worker"};

}  // namespace croquis::store
