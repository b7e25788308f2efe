#include "store/new_file.h"

#include <fcntl.h>
#include <spdlog/fmt/fmt.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <system_error>

#include "store/failure.h"

namespace croquis::store {
namespace {

Failure cannot(const char* what, const std::filesystem::path& path, int error) {
    return {fault_of_file(error),
            fmt::format("cannot {} {}: {}", what, path.string(), std::strerror(error))};
}

void sync_to_disk(const std::filesystem::path& path) {
    const int file = ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
    const bool synced = file >= 0 && ::fsync(file) == 0;
    const int error = errno;
    if (file >= 0) ::close(file);
    if (!synced) throw cannot("write to disk", path, error);
}

}  // namespace

NewFile::NewFile(std::filesystem::path path) : path_(std::move(path)), partial_(path_) {
    partial_ += ".partial";
    remove();
    const int file = ::open(partial_.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
    if (file < 0) throw cannot("make", partial_, errno);
    ::close(file);
}

NewFile::~NewFile() {
    remove();
}

std::vector<std::filesystem::path> NewFile::unfinished(const std::filesystem::path& path) {
    std::vector<std::filesystem::path> files;
    for (const char* suffix : {".partial", ".partial-journal", ".partial-wal", ".partial-shm"}) {
        auto& file = files.emplace_back(path);
        file += suffix;
    }
    return files;
}

void NewFile::remove() noexcept {
    std::error_code ignored;
    for (const auto& file : unfinished(path_)) std::filesystem::remove(file, ignored);
}

void NewFile::keep() {
    sync_to_disk(partial_);
    std::error_code failed;
    std::filesystem::rename(partial_, path_, failed);
    if (failed) throw cannot("name", path_, failed.value());
    const auto folder = path_.parent_path();
    sync_to_disk(folder.empty() ? "." : folder);
}

}  // namespace croquis::store
