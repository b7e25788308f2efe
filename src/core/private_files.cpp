#include "core/private_files.h"

#include <fcntl.h>
#include <spdlog/fmt/fmt.h>
#include <sys/stat.h>
#include <unistd.h>

namespace croquis {
namespace {

constexpr mode_t owner = S_IRUSR | S_IWUSR;
constexpr mode_t all_permissions = 07777;

/// Nothing where there is no such file.
std::optional<struct stat> look_at(const std::filesystem::path& file) {
    struct stat found {};
    if (stat(file.c_str(), &found) != 0 || !S_ISREG(found.st_mode)) return std::nullopt;
    return found;
}

}  // namespace

std::optional<std::string> open_to_others(const std::filesystem::path& file) {
    const auto found = look_at(file);
    if (!found || (found->st_mode & (S_IRWXG | S_IRWXO)) == 0) return std::nullopt;
    return fmt::format("{:04o}", found->st_mode & all_permissions);
}

Result<void> check_secret_file(const std::filesystem::path& file, const std::string& field) {
    const auto mode = open_to_others(file);
    if (!mode) return {};
    const auto found = look_at(file);
    const bool read_by_group_alone = found && (found->st_mode & (S_IRWXO | S_IWGRP)) == 0;
    if (read_by_group_alone && found->st_uid == 0 && geteuid() != 0) return {};
    return Error{ErrorKind::invalid,
                 fmt::format("{0} holds a secret, and others can read or change it (its "
                             "permissions are {1}): chmod 600 {0}.",
                             file.string(), *mode),
                 field};
}

void make_private_file(const std::filesystem::path& file) {
    const int made = open(file.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, owner);
    if (made >= 0) close(made);
}

bool close_to_others(const std::filesystem::path& file) {
    const auto found = look_at(file);
    if (!found || (found->st_mode & (S_IRWXG | S_IRWXO)) == 0) return false;
    return chmod(file.c_str(), found->st_mode & S_IRWXU) == 0;
}

}  // namespace croquis
