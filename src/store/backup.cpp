#include "store/backup.h"

#include <spdlog/fmt/fmt.h>

#include <algorithm>
#include <array>
#include <cstring>
#include <fstream>

#include "core/digest.h"
#include "core/files.h"
#include "core/new_file.h"
#include "core/text.h"
#include "store/backup_parts.h"
#include "store/postgres/backup.h"
#include "store/sqlite/backup.h"
#include "store/sqlite_url.h"

namespace croquis::store {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t read_at_once = std::size_t{1024} * 1024;

bool is_sqlite(const std::string& url) {
    return url.starts_with(sqlite_scheme);
}

std::string path_of(const std::string& url) {
    return url.substr(sqlite_scheme.size());
}

fs::path digest_path(const fs::path& file) {
    auto path = file;
    path += ".sha256";
    return path;
}

Sha256 digest_of(const fs::path& file, const ShowProgress& show) {
    std::ifstream in(file, std::ios::binary);
    const auto all = fs::file_size(file);
    Sha256Digest digest;
    std::vector<char> buffer(read_at_once);
    std::uint64_t done = 0;
    while (in.read(buffer.data(), static_cast<std::streamsize>(buffer.size())), in.gcount() > 0) {
        const auto size = static_cast<std::size_t>(in.gcount());
        digest.add(as_bytes({buffer.data(), size}));
        show("digest", done += size, all);
    }
    if (!in.eof() || done != all)
        throw Failure(Fault::disk_failing, fmt::format("cannot read {}", file.string()));
    return digest.finish();
}

void write_digest(const fs::path& file, const Sha256& digest) {
    const auto path = digest_path(file);
    const auto line = to_hex(digest) + "  " + file.filename().string() + "\n";
    require(write_whole(path, as_bytes(line), NewFile::Readers::owner), "write", path);
}

void check_digest(const fs::path& file, const Sha256& digest) {
    const auto path = digest_path(file);
    const auto text = read_file(path, 4096, "FILE");
    if (!text)
        throw damaged_backup(
            fmt::format("There is no {} beside the backup, so nothing says whether it is whole.",
                        path.filename().string()));
    if (!text->starts_with(to_hex(digest)))
        throw damaged_backup(
            "The backup is damaged: it has another digest than the one beside it.");
}

/// By how the file begins.
void check_kind(const std::string& url, const fs::path& file) {
    std::ifstream in(file, std::ios::binary);
    if (!in) throw Failure(ErrorKind::not_found, "There is no such backup.", "FILE");
    std::array<char, 16> head{};
    in.read(head.data(), head.size());
    const bool of_sqlite = std::memcmp(head.data(), "SQLite format 3", 16) == 0;
    const bool of_postgres = std::memcmp(head.data(), "PGDMP", 5) == 0;
    if (!of_sqlite && !of_postgres)
        throw Failure(ErrorKind::invalid, "This is no backup of Croquis.", "FILE");
    if (of_sqlite != is_sqlite(url))
        throw Failure(ErrorKind::invalid,
                      of_sqlite
                          ? "This is a backup of an SQLite store, and the store is PostgreSQL."
                          : "This is a backup of a PostgreSQL store, and the store is SQLite.",
                      "FILE");
}

BackupContents write(const std::string& url, const fs::path& partial, const ShowProgress& show) {
    return is_sqlite(url) ? sqlite::write_backup(path_of(url), partial, show)
                          : postgres::write_backup(url, partial, show);
}

BackupContents read(const std::string& url, const fs::path& file, const ShowProgress& show) {
    auto contents =
        is_sqlite(url) ? sqlite::read_backup(file, show) : postgres::read_backup(file, show);
    contents.bytes = fs::file_size(file);
    return contents;
}

BackupContents checked(const std::string& url, const fs::path& file, const ShowProgress& show) {
    check_kind(url, file);
    const auto digest = digest_of(file, show);
    check_digest(file, digest);
    auto contents = read(url, file, show);
    contents.digest = digest;
    return contents;
}

/// What was thrown, in the words for whoever runs the program.
template <class Work>
Result<BackupContents> in_words(const Work& work) {
    try {
        return work();
    } catch (const Failure& failure) {
        Error error = failure.error();
        error.detail = in_full(failure);
        return error;
    } catch (const fs::filesystem_error& thrown) {
        return Error{ErrorKind::unavailable, thrown.what(), "FILE"};
    }
}

}  // namespace

Result<BackupContents> back_up(const std::string& url, const fs::path& file,
                               const ShowProgress& show) {
    return in_words([&] {
        if (fs::exists(file))
            throw Failure(ErrorKind::conflict, "There is such a file; no backup overwrites one.",
                          "FILE");
        if (const auto folder = file.parent_path(); !folder.empty() && !fs::is_directory(folder))
            throw Failure(ErrorKind::not_found,
                          fmt::format("There is no folder {} to write it into.", folder.string()),
                          "FILE");
        NewFile made(file, NewFile::Readers::owner);
        require(made.make(), "make", made.partial());
        auto contents = write(url, made.partial(), show);
        const auto copy = read(url, made.partial(), show);
        require_same_rows(contents, copy);
        contents.bytes = copy.bytes;
        contents.digest = digest_of(made.partial(), show);
        write_digest(file, contents.digest);
        require(made.keep(), "keep", file);
        return contents;
    });
}

Result<BackupContents> check_backup(const std::string& url, const fs::path& file,
                                    const ShowProgress& show) {
    return in_words([&] { return checked(url, file, show); });
}

Result<BackupContents> restore(const std::string& url, const fs::path& file, bool replace,
                               const ShowProgress& show) {
    return in_words([&] {
        auto contents = checked(url, file, show);
        if (is_sqlite(url))
            sqlite::restore_backup(path_of(url), file, contents, replace, show);
        else
            postgres::restore_backup(url, file, contents, replace, show);
        return contents;
    });
}

}  // namespace croquis::store
