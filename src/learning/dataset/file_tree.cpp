#include "learning/dataset/file_tree.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <fstream>
#include <vector>

#include "core/characters.h"
#include "learning/dataset/archive.h"
#include "learning/dataset/text.h"

namespace croquis::dataset {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t max_name_bytes = 4096;

Error bad_name(const char* why) {
    return {ErrorKind::invalid, why};
}

bool has_drive(std::string_view name) {
    const auto letter = [](char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); };
    return name.size() > 1 && letter(name[0]) && name[1] == ':';
}

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

Error larger_than(std::size_t bytes) {
    return {ErrorKind::too_large, fmt::format("It has more than {} bytes.", bytes)};
}

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

Result<std::string> tree_path(std::string_view name) {
    if (name.size() > max_name_bytes) return bad_name("Its name has more than 4096 bytes.");
    if (name.find('\0') != std::string_view::npos) return bad_name("Its name holds a zero byte.");
    auto composed = to_nfc(name);
    if (!composed) return bad_name("Its name is not UTF-8.");
    std::replace(composed->begin(), composed->end(), '\\', '/');
    if (composed->starts_with('/') || has_drive(*composed))
        return bad_name("Its name is absolute; only names within the data are read.");
    std::string path;
    for (std::string_view rest = *composed; !rest.empty();) {
        const auto part = rest.substr(0, rest.find('/'));
        rest.remove_prefix(std::min(part.size() + 1, rest.size()));
        if (part.empty() || part == ".") continue;
        if (part == "..") return bad_name("Its name leads out of the data (\"..\").");
        if (!path.empty()) path += '/';
        path += part;
    }
    return path;
}

bool is_litter(std::string_view path) {
    while (!path.empty()) {
        const auto part = path.substr(0, path.find('/'));
        path.remove_prefix(std::min(part.size() + 1, path.size()));
        if (part.starts_with("._") || part == "__MACOSX" || part == ".DS_Store" ||
            part == "Thumbs.db" || part == "desktop.ini" || part == ".git")
            return true;
    }
    return false;
}

std::string_view base_name(std::string_view path) {
    return path.substr(path.rfind('/') + 1);
}

std::string_view parent_path(std::string_view path) {
    const auto slash = path.rfind('/');
    return slash == std::string_view::npos ? std::string_view() : path.substr(0, slash);
}

std::string_view stem(std::string_view path) {
    const auto name = base_name(path);
    const auto dot = name.rfind('.');
    return dot == std::string_view::npos || dot == 0 ? name : name.substr(0, dot);
}

std::string extension(std::string_view path) {
    const auto name = base_name(path);
    const auto dot = name.rfind('.');
    if (dot == std::string_view::npos || dot == 0) return {};
    return lower_case(name.substr(dot));
}

}  // namespace croquis::dataset
