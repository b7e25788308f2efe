#include "core/spool.h"

#include <fcntl.h>
#include <spdlog/spdlog.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <cstring>
#include <utility>

#include "core/uuid.h"

namespace croquis {
namespace {

namespace fs = std::filesystem;

/// Of files that are still being written. Their writer holds a lock on them, so that one without is
/// known to be left over.
constexpr std::string_view incoming = "incoming-";
constexpr mode_t owner_file = 0600;
constexpr int retry_seconds = 60;
constexpr std::chrono::seconds count_rhythm{1};
constexpr int most_tries = 10;

bool is_incoming(const fs::path& path) {
    return path.filename().string().starts_with(incoming);
}

bool is_plain_name(const std::string& name) {
    return !name.empty() && name != "." && name != ".." &&
           name.find_first_of(std::string_view("/\0", 2)) == std::string::npos;
}

/// Plain names with '/' between them.
bool is_plain_path(const std::string& path) {
    for (std::size_t begin = 0;;) {
        const auto end = path.find('/', begin);
        if (!is_plain_name(path.substr(begin, end - begin))) return false;
        if (end == std::string::npos) return true;
        begin = end + 1;
    }
}

Error cannot_write(int number) {
    return {ErrorKind::unavailable,
            std::string("The server cannot keep the upload: ") + std::strerror(number) + ".",
            {},
            retry_seconds};
}

/// Makes a folder for its owner alone; one that is there is taken as it is.
bool make_folder(const fs::path& folder) {
    std::error_code failed;
    if (folder.has_parent_path()) fs::create_directories(folder.parent_path(), failed);
    if (!fs::create_directory(folder, failed)) return !failed;
    fs::permissions(folder, fs::perms::owner_all, failed);
    return !failed;
}

Error taken(const std::string& name) {
    return {ErrorKind::invalid, "Two files of one name: " + name + ".", "filename"};
}

/// Makes the folders of `name` within `folder`. Errors: invalid (a file is where a folder is to
/// be), unavailable.
Result<void> make_folders(fs::path folder, const fs::path& name) {
    if (!make_folder(folder)) return cannot_write(errno);
    for (const auto& part : name.parent_path()) {
        folder /= part;
        std::error_code failed;
        if (fs::is_regular_file(fs::symlink_status(folder, failed))) return taken(name.string());
        if (!make_folder(folder)) return cannot_write(errno);
    }
    return {};
}

/// Has what was renamed in a folder outlive a loss of power.
void sync_folder(const fs::path& folder) {
    const int descriptor = ::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (descriptor < 0) return;
    fsync(descriptor);
    close(descriptor);
}

bool has_name(int descriptor) {
    struct stat status {};
    return fstat(descriptor, &status) == 0 && status.st_nlink > 0;
}

/// The same for it and all folders in it.
void sync_tree(const fs::path& folder) {
    std::error_code failed;
    for (auto at = fs::recursive_directory_iterator(folder, failed);
         !failed && at != fs::recursive_directory_iterator(); at.increment(failed))
        if (at->is_directory(failed)) sync_folder(at->path());
    sync_folder(folder);
}

}  // namespace

SpoolFile::SpoolFile(SpoolFile&& other) noexcept
    : spool_(std::move(other.spool_)),
      path_(std::move(other.path_)),
      descriptor_(std::exchange(other.descriptor_, -1)),
      size_(other.size_),
      kept_(other.kept_) {}

SpoolFile::~SpoolFile() {
    if (descriptor_ < 0) return;
    if (!kept_) {
        unlink(path_.c_str());
        spool_->give_back(size_);
    }
    close(descriptor_);
}

Result<void> SpoolFile::write(std::string_view bytes) {
    if (!spool_->take(bytes.size()))
        return Error{ErrorKind::unavailable,
                     "The server keeps as many uploads as it may; try again later.",
                     {},
                     retry_seconds,
                     spool_is_full};
    size_ += bytes.size();
    while (!bytes.empty()) {
        const auto written = ::write(descriptor_, bytes.data(), bytes.size());
        if (written < 0 && errno == EINTR) continue;
        if (written < 0) return cannot_write(errno);
        bytes.remove_prefix(static_cast<std::size_t>(written));
    }
    return {};
}

Result<void> SpoolFile::keep(const std::string& id, const std::string& name) {
    if (!is_plain_name(id) || !is_plain_path(name) || is_incoming(id))
        return Error{ErrorKind::invalid, "This cannot be a file's name.", "filename"};
    const auto folder = spool_->folder() / id;
    if (const auto made = make_folders(folder, name); !made) return made.error();
    if (fdatasync(descriptor_) != 0) return cannot_write(errno);
    // A link, unlike a renaming, never takes another file's place.
    const auto place = folder / name;
    if (link(path_.c_str(), place.c_str()) != 0)
        return errno == EEXIST ? taken(name) : cannot_write(errno);
    unlink(path_.c_str());
    kept_ = true;
    return {};
}

std::shared_ptr<Spool> Spool::open(fs::path folder, std::uint64_t max_bytes) {
    std::shared_ptr<Spool> spool(new Spool(std::move(folder), max_bytes));
    spool->sweep();
    return spool;
}

void Spool::sweep() const {
    std::error_code failed;
    for (const auto& entry : fs::directory_iterator(folder_, failed)) {
        if (!is_incoming(entry.path())) continue;
        const int descriptor = ::open(entry.path().c_str(), O_RDWR | O_CLOEXEC | O_NOFOLLOW);
        if (descriptor < 0) continue;
        if (flock(descriptor, LOCK_EX | LOCK_NB) == 0) unlink(entry.path().c_str());
        close(descriptor);
    }
}

Result<SpoolFile> Spool::create() {
    if (!make_folder(folder_)) return cannot_write(errno);
    const MutexLock lock(creating_);
    if (std::chrono::steady_clock::now() >= count_again_at_) count();
    for (int tries = 1;; ++tries) {
        auto path = folder_ / (std::string(incoming) + to_string(Uuid::v7()));
        const int descriptor =
            ::open(path.c_str(), O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, owner_file);
        if (descriptor < 0) return cannot_write(errno);
        SpoolFile file(shared_from_this(), std::move(path), descriptor);
        // Before it was locked, another process that starts may have taken it for a leftover.
        if (flock(descriptor, LOCK_EX | LOCK_NB) == 0 && has_name(descriptor)) return file;
        if (tries == most_tries) return cannot_write(EAGAIN);
    }
}

bool Spool::take(std::uint64_t bytes) {
    const auto count = static_cast<std::int64_t>(bytes);
    if (held_.fetch_add(count) + count <= static_cast<std::int64_t>(max_bytes_)) return true;
    held_ -= count;
    return false;
}

/// Now and again, for other processes may add and remove. Not for each file of many, each of which
/// is looked at: at most a fiftieth of the time goes into it.
void Spool::count() {
    using Clock = std::chrono::steady_clock;
    const auto begun = Clock::now();
    held_ = static_cast<std::int64_t>(bytes_on_disk());
    const auto ended = Clock::now();
    count_again_at_ = ended + std::max<Clock::duration>(count_rhythm, 50 * (ended - begun));
}

std::uint64_t Spool::bytes_on_disk() const {
    std::uint64_t bytes = 0;
    std::error_code failed;
    for (auto at = fs::recursive_directory_iterator(folder_, failed);
         !failed && at != fs::recursive_directory_iterator(); at.increment(failed)) {
        std::error_code gone;
        const auto size = at->is_regular_file(gone) ? at->file_size(gone) : 0;
        if (!gone) bytes += size;
    }
    return bytes;
}

void Spool::sync(const std::string& id) const {
    const auto kept = find(id);
    if (!kept) return;
    sync_tree(*kept);
    sync_folder(folder_);
}

Result<void> Spool::move(const std::string& from, const std::string& to) {
    const auto kept = find(from);
    if (!kept) return kept.error();
    std::error_code failed;
    if (!is_plain_name(to) || is_incoming(to) || fs::exists(folder_ / to, failed)) return taken(to);
    if (::rename(kept->c_str(), (folder_ / to).c_str()) != 0) return cannot_write(errno);
    sync_folder(folder_);
    return {};
}

Result<fs::path> Spool::find(const std::string& id) const {
    std::error_code failed;
    auto folder = folder_ / id;
    if (!is_plain_name(id) || !fs::is_directory(folder, failed))
        return Error{ErrorKind::not_found, "The upload is not on this machine."};
    return folder;
}

void Spool::remove(const std::string& id) {
    if (!is_plain_name(id)) return;
    std::error_code failed;
    fs::remove_all(folder_ / id, failed);
    if (failed) spdlog::warn("cannot remove the upload {}: {}", id, failed.message());
    const MutexLock lock(creating_);
    count();
}

std::vector<std::string> Spool::kept() const {
    std::vector<std::string> ids;
    std::error_code failed;
    for (const auto& entry : fs::directory_iterator(folder_, failed))
        if (entry.is_directory(failed)) ids.push_back(entry.path().filename().string());
    return ids;
}

}  // namespace croquis
