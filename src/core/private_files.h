#pragma once

#include <filesystem>
#include <optional>
#include <string>

#include "core/error.h"

/// Files that nobody but their owner should read.
namespace croquis {

/// The permissions as chmod takes them ("0644") of a file that others than its owner, or its group,
/// can read or change; nothing of one that they cannot, and of one that is not there.
std::optional<std::string> open_to_others(const std::filesystem::path& file);

/// Refuses (invalid, `field`) a file of secrets that is open to others. A file of root's that its
/// group can read is let pass for a program that is not root: that is how Kubernetes hands a secret
/// to a program.
Result<void> check_secret_file(const std::filesystem::path& file, const std::string& field);

/// Makes the file, empty, for its owner alone. One that is there stays as it is, and one that
/// cannot be made is left to whoever opens it next.
void make_private_file(const std::filesystem::path& file);

/// Takes the file from all but its owner. True where it was open to others and is not any more.
bool close_to_others(const std::filesystem::path& file);

}  // namespace croquis
