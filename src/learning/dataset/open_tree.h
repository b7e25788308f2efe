#pragma once

#include <filesystem>
#include <memory>

#include "core/error.h"
#include "learning/dataset/file_tree.h"

namespace croquis::dataset {

/// A folder, without following links; or an archive, by its first bytes. Nothing is ever written to
/// disk. Errors: not_found, unsupported_media (neither), too_large (a zip of too many entries).
Result<std::unique_ptr<FileTree>> open_tree(const std::filesystem::path& path,
                                            const ArchiveLimits& limits = {});

/// Whether a file begins as an archive that open_tree() reads.
bool is_archive(const std::filesystem::path& file);

}  // namespace croquis::dataset
