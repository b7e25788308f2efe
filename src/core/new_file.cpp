#include "core/new_file.h"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <utility>

namespace croquis {
namespace {

constexpr mode_t owner_alone = 0600;
constexpr mode_t all_of_umask = 0666;

std::error_code last_error() {
    return {errno, std::generic_category()};
}

std::filesystem::path with_suffix(std::filesystem::path path, const char* suffix) {
    path += suffix;
    return path;
}

std::error_code sync_to_disk(const std::filesystem::path& path) {
    const int file = ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
    if (file < 0) return last_error();
    std::error_code failed;
    if (::fsync(file) != 0) failed = last_error();
    ::close(file);
    return failed;
}

std::error_code write_all(const std::filesystem::path& path, BytesView bytes) {
    const int file = ::open(path.c_str(), O_WRONLY | O_CLOEXEC);
    if (file < 0) return last_error();
    std::error_code failed;
    while (!bytes.empty() && !failed) {
        const auto written = ::write(file, bytes.data(), bytes.size());
        if (written >= 0)
            bytes = bytes.subspan(static_cast<std::size_t>(written));
        else if (errno != EINTR)
            failed = last_error();
    }
    ::close(file);
    return failed;
}

}  // namespace

NewFile::NewFile(std::filesystem::path path, Readers readers)
    : path_(std::move(path)), partial_(with_suffix(path_, ".partial")), readers_(readers) {}

NewFile::~NewFile() {
    remove();
}

std::vector<std::filesystem::path> NewFile::unfinished(const std::filesystem::path& path) {
    std::vector<std::filesystem::path> files;
    for (const char* suffix : {".partial", ".partial-journal", ".partial-wal", ".partial-shm"})
        files.push_back(with_suffix(path, suffix));
    return files;
}

void NewFile::remove() noexcept {
    std::error_code ignored;
    for (const auto& file : unfinished(path_)) std::filesystem::remove(file, ignored);
}

std::error_code NewFile::make() {
    remove();
    const mode_t mode = readers_ == Readers::owner ? owner_alone : all_of_umask;
    const int file = ::open(partial_.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, mode);
    if (file < 0) return last_error();
    ::close(file);
    return {};
}

std::error_code NewFile::keep() {
    if (const auto failed = sync_to_disk(partial_)) return failed;
    std::error_code failed;
    std::filesystem::rename(partial_, path_, failed);
    if (failed) return failed;
    const auto folder = path_.parent_path();
    return sync_to_disk(folder.empty() ? "." : folder);
}

std::error_code write_whole(const std::filesystem::path& path, BytesView bytes,
                            NewFile::Readers readers) {
    NewFile made(path, readers);
    if (const auto failed = made.make()) return failed;
    if (const auto failed = write_all(made.partial(), bytes)) return failed;
    return made.keep();
}

}  // namespace croquis
