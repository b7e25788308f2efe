#include "store/migrations.h"

#include <spdlog/fmt/fmt.h>

#include <algorithm>

#include "core/bytes.h"

namespace croquis::store {
namespace {

const Migration* find(std::span<const Migration> known, int version) {
    const auto found = std::find_if(known.begin(), known.end(),
                                    [&](const Migration& each) { return each.version == version; });
    return found == known.end() ? nullptr : &*found;
}

Result<void> check_applied(std::span<const Migration> known, const AppliedMigration& applied) {
    const Migration* mine = find(known, applied.version);
    if (mine == nullptr)
        return Error{
            ErrorKind::conflict,
            fmt::format("The database has schema version {}, newer than this program's {}; "
                        "run a newer Croquis.",
                        applied.version, known.empty() ? 0 : known.back().version)};
    if (checksum(*mine) != applied.checksum)
        return Error{ErrorKind::conflict,
                     fmt::format("The database was made by another text of migration {} than this "
                                 "program's; it cannot be trusted with it.",
                                 mine->name)};
    return {};
}

}  // namespace

std::string checksum(const Migration& migration) {
    return to_hex(sha256(as_bytes(migration.sql)));
}

Result<std::vector<Migration>> pending_migrations(std::span<const Migration> known,
                                                  std::span<const AppliedMigration> applied) {
    for (const auto& each : applied)
        if (const auto fits = check_applied(known, each); !fits) return fits.error();
    std::vector<Migration> pending;
    for (const auto& each : known) {
        const bool done =
            std::any_of(applied.begin(), applied.end(),
                        [&](const AppliedMigration& a) { return a.version == each.version; });
        if (!done) pending.push_back(each);
    }
    return pending;
}

}  // namespace croquis::store
