#include "learning/dataset/open_tree.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <fstream>
#include <functional>
#include <string_view>
#include <vector>

#include "learning/dataset/archive.h"

namespace croquis::dataset {
namespace {

namespace fs = std::filesystem;

/// A file that is open, and closed at the end.
class OpenFile {
  public:
    /// Not through a link: it could lead anywhere.
    explicit OpenFile(const fs::path& path)
        : descriptor_(::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NOFOLLOW)) {}
    ~OpenFile() {
        if (descriptor_ >= 0) ::close(descriptor_);
    }
    OpenFile(const OpenFile&) = delete;
    OpenFile& operator=(const OpenFile&) = delete;

    Result<Bytes> read(std::size_t max_bytes) const {
        const auto size = size_up_to(max_bytes);
        if (!size) return size.error();
        Bytes bytes(*size);
        std::size_t got = 0;
        while (got < bytes.size()) {
            const auto count = some(bytes.data() + got, bytes.size() - got);
            if (!count) return count.error();
            if (*count == 0) break;
            got += *count;
        }
        bytes.resize(got);
        return bytes;
    }

    Result<void> read_parts(std::size_t max_bytes,
                            const std::function<void(BytesView)>& take) const {
        const auto size = size_up_to(max_bytes);
        if (!size) return size.error();
        Bytes part(std::size_t{64} << 10U);
        for (std::size_t left = *size; left > 0;) {
            const auto count = some(part.data(), std::min(left, part.size()));
            if (!count) return count.error();
            if (*count == 0) break;
            take(BytesView(part).first(*count));
            left -= *count;
        }
        return {};
    }

  private:
    [[nodiscard]] Result<std::size_t> size_up_to(std::size_t max_bytes) const {
        struct stat about {};
        if (descriptor_ < 0 || ::fstat(descriptor_, &about) != 0) return failed();
        if (static_cast<std::uint64_t>(about.st_size) > max_bytes) return larger_than(max_bytes);
        return static_cast<std::size_t>(about.st_size);
    }

    /// How many of the next bytes it put there; 0 at the end.
    Result<std::size_t> some(std::uint8_t* into, std::size_t room) const {
        for (;;) {
            const auto count = ::read(descriptor_, into, room);
            if (count >= 0) return static_cast<std::size_t>(count);
            if (errno != EINTR) return failed();
        }
    }

    static Error failed() {
        return {ErrorKind::unavailable,
                fmt::format("It cannot be read: {}.", std::strerror(errno))};
    }

    int descriptor_;
};

/// Depth first, the entries of a folder in the order of their names.
class FolderCursor final : public TreeCursor {
  public:
    explicit FolderCursor(const fs::path& root) : root_(root) { enter(root, ""); }

    Result<std::optional<TreeEntry>> next() override {
        while (!pending_.empty() && pending_.back().empty()) pending_.pop_back();
        if (pending_.empty()) return std::optional<TreeEntry>();
        const std::string name = std::move(pending_.back().back());
        pending_.back().pop_back();
        ++position_;
        current_ = root_ / name;
        return std::optional(entry(name));
    }

    Result<Bytes> read(std::size_t max_bytes) override {
        return OpenFile(current_).read(max_bytes);
    }

    Result<void> read_parts(std::size_t max_bytes,
                            const std::function<void(BytesView)>& take) override {
        return OpenFile(current_).read_parts(max_bytes, take);
    }

    std::uint64_t position() const override { return position_; }

  private:
    TreeEntry entry(const std::string& name) {
        std::error_code failed;
        const auto status = fs::symlink_status(current_, failed);
        auto path = tree_path(name);
        TreeEntry found;
        found.path = path ? *path : name;
        if (!path) found.refused = path.error().detail;
        if (status.type() == fs::file_type::symlink)
            found.refused = "Links are not followed.";
        else if (status.type() == fs::file_type::directory)
            found.is_folder = true;
        else if (status.type() != fs::file_type::regular)
            found.refused = "It is neither a file nor a folder.";
        if (found.is_folder && found.refused.empty()) enter(current_, name + "/");
        return found;
    }

    void enter(const fs::path& folder, const std::string& prefix) {
        std::vector<std::string> names;
        std::error_code failed;
        for (fs::directory_iterator at(folder, failed), end; !failed && at != end;
             at.increment(failed))
            names.push_back(prefix + at->path().filename().string());
        std::sort(names.begin(), names.end(), std::greater<>());
        pending_.push_back(std::move(names));
    }

    fs::path root_;
    fs::path current_;
    std::vector<std::vector<std::string>> pending_;  ///< per open folder, last first
    std::uint64_t position_ = 0;
};

class FolderTree final : public FileTree {
  public:
    explicit FolderTree(fs::path root) : root_(std::move(root)) {}

    Result<std::unique_ptr<TreeCursor>> open() const override {
        return std::unique_ptr<TreeCursor>(std::make_unique<FolderCursor>(root_));
    }
    /// How many files and folders there are.
    std::uint64_t extent() const override {
        if (entries_) return *entries_;
        entries_ = 0;
        std::error_code failed;
        for (fs::recursive_directory_iterator at(root_, failed), end; !failed && at != end;
             at.increment(failed))
            ++*entries_;
        return *entries_;
    }

  private:
    fs::path root_;
    mutable std::optional<std::uint64_t> entries_;
};

std::string first_bytes(const fs::path& file) {
    std::array<char, 262> start{};
    std::ifstream in(file, std::ios::binary);
    in.read(start.data(), start.size());
    return {start.data(), static_cast<std::size_t>(in.gcount())};
}

bool begins_as_archive(std::string_view start) {
    using namespace std::string_view_literals;
    return start.starts_with("PK\x03\x04"sv) || start.starts_with("PK\x05\x06"sv) ||
           start.starts_with("\x1f\x8b"sv) ||
           (start.size() > 261 && start.substr(257, 5) == "ustar");
}

}  // namespace

bool is_archive(const fs::path& file) {
    return begins_as_archive(first_bytes(file));
}

Result<std::unique_ptr<FileTree>> open_tree(const fs::path& path, const ArchiveLimits& limits) {
    std::error_code failed;
    if (!fs::exists(path, failed))
        return Error{ErrorKind::not_found, fmt::format("There is no {}.", path.string()), "path"};
    if (fs::is_directory(path, failed))
        return std::unique_ptr<FileTree>(std::make_unique<FolderTree>(path));
    if (is_archive(path)) return open_archive(path, limits);
    return Error{ErrorKind::unsupported_media,
                 fmt::format("{} is neither a folder, nor a zip, nor a tar.gz.", path.string()),
                 "path"};
}

}  // namespace croquis::dataset
