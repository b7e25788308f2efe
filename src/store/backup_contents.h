#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <string>

#include "core/bytes.h"

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

/// Tables whose rows stay out of a backup: they are about who is at work just now.
inline constexpr const char* not_backed_up[] = {"refresh_token", "claim", "worker"};

}  // namespace croquis::store
