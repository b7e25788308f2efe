#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "core/bytes.h"
#include "core/error.h"

/// Files of a folder, a zip or a tar.gz, read one after the other in the same order every time: see
/// open_tree().
namespace croquis::dataset {

/// What an archive from outside may be. One that passes a limit is refused as a whole (too_large)
/// at the entry that passes it.
struct ArchiveLimits {
    std::uint64_t max_entries = 500'000;
    std::uint64_t max_unpacked_bytes = std::uint64_t{64} << 30U;
    /// Unpacked bytes for one byte of the archive, once more than 64 MiB are unpacked: pictures
    /// reach 2, text 20, what is made to fill a disk 1,000.
    std::uint64_t max_ratio = 200;
    /// What names are written in where they are not UTF-8. Zip's own is CP437; Chinese Windows
    /// writes GBK.
    std::string name_charset = "CP437";
};

struct TreeEntry {
    /// Relative, UTF-8 in composed form, '/' between parts; no part is empty, "." or "..". Of a
    /// refused entry: its name as it is, made printable.
    std::string path;
    bool is_folder = false;
    std::string refused;  ///< why this entry is not read; empty where it is
};

/// Goes through a tree once. Not thread-safe.
class TreeCursor {
  public:
    TreeCursor() = default;
    TreeCursor(const TreeCursor&) = delete;
    TreeCursor& operator=(const TreeCursor&) = delete;
    virtual ~TreeCursor() = default;

    /// Nothing at the end. Errors: malformed (the archive is damaged), too_large (ArchiveLimits),
    /// unavailable (the disk).
    virtual Result<std::optional<TreeEntry>> next() = 0;
    /// The bytes of the file that next() returned last, once. Errors: too_large (more than
    /// `max_bytes`), malformed, unavailable.
    virtual Result<Bytes> read(std::size_t max_bytes) = 0;
    /// The same, given to `take` part by part.
    virtual Result<void> read_parts(std::size_t max_bytes,
                                    const std::function<void(BytesView)>& take) = 0;
    /// How far it is, on the scale of FileTree::extent().
    [[nodiscard]] virtual std::uint64_t position() const = 0;
};

class FileTree {
  public:
    FileTree() = default;
    FileTree(const FileTree&) = delete;
    FileTree& operator=(const FileTree&) = delete;
    virtual ~FileTree() = default;

    [[nodiscard]] virtual Result<std::unique_ptr<TreeCursor>> open() const = 0;
    /// For progress: bytes of an archive; 0 where it is not known.
    [[nodiscard]] virtual std::uint64_t extent() const = 0;
};

/// What refuses a file of more bytes than may be read.
Error larger_than(std::size_t max_bytes);

/// A name from outside as TreeEntry::path has it. Backslashes count as separators. Errors: invalid,
/// for absolute names, drive letters, "..", zero bytes and names of more than 4,096 bytes.
Result<std::string> tree_path(std::string_view name);

/// What the systems of those who made the tree left in it: __MACOSX, .DS_Store, Thumbs.db,
/// desktop.ini, .git, names that begin with "._".
bool is_litter(std::string_view path);

/// The last part of a path.
std::string_view base_name(std::string_view path);
/// What is before the last part, without the separator; empty where there is one part.
std::string_view parent_path(std::string_view path);
/// The last part up to its last dot.
std::string_view stem(std::string_view path);
/// From the last dot, in lower case: ".png"; empty where there is none.
std::string extension(std::string_view path);

}  // namespace croquis::dataset
